// Package anchor is the contract of the epochs.
//
// Keys, each written once:
//
//	epoch/<20-digit number>         canonical model.EpochRecord
//	epoch-note/<20-digit number>    the note it was submitted with, see model.Note
//	epoch-index/<20-digit number>   canonical model.Index after it
//
// Any active member may submit the next epoch; the rules by which it may follow
// the one before are model.ValidateNextEpoch. Its note is the checkpoint of the
// index log, the log of all records, and must be cosigned by more than half of the
// members that are witnesses, with at most one vote each. The contract computes the
// index's root itself, so a quorum cannot be shown for another record or history.
//
// The log's own signature is not checked: no key of the platform's stands on the
// ledger, and witnesses and readers, who know it, do check it.
//
// The response of the transaction is the record's hash, so that what the peers sign
// when they endorse names the record (see package endorsement).
//
// Refusals start with a model.Reason, as in "STREAM_SHRANK: epoch 9: stream
// ingest/oem goes from 40 to 39 entries".
package anchor
