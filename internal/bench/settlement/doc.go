// Package settlement measures the ledger side by side, in one run on one machine:
//
//	service    transfers through the settlement service's gRPC: authorised, checked, journaled, audited
//	row locks  the same double entry in plain PostgreSQL, by client transactions that lock the rows of the accounts
//	function   the same by one call of a stored function a transfer
//
// The plain ledgers (plain.sql) are in the same PostgreSQL, with the same keys and none of our checks, journal or audit. Figures are
// rates, latencies and CPU by process of this run; only their ratios mean something on a shared machine. No figure decides a
// test.
package settlement
