// Package settlement is the double-entry ledger of PCC_token, the consortium's closed-loop unit of account: one token is
// one euro, counted in ten-thousandths.
//
// # Accounts
//
//	bank:eur                    contra account: its negative balance is the euro owed to members and pools
//	member:<member>:available   what a member can spend
//	member:<member>:held        what is set aside for reads under way
//	member:<member>:credit      what a member was lent and still owes, as a negative balance
//	member:<member>:claims      what was withheld from a member because others claim something back from it
//	pool:holder                 dividends of the holders of data
//	pool:infrastructure         fees that pay for the platform
//	suspense:payout             what members are being paid out, until the bank's statement shows it
//	suspense:receipt            euro that came in and name no member
//
// # Transfers
//
//	mint      bank:eur         -> available                      against a recorded euro receipt
//	mint      bank:eur         -> suspense:receipt               against one that names no member
//	assign    suspense:receipt -> available                      once people know whose it is
//	hold      payer available  -> payer held                     before a read is delivered
//	capture   payer held       -> pools, contributors available  after it was delivered
//	void      payer held       -> payer available                when it was not
//	payout    available        -> suspense:payout                when a member asks for euro
//	burn      suspense:payout  -> bank:eur                       when the bank's statement shows that it got them
//	payout_return  suspense:payout, bank:eur -> available        when it did not, or not for long
//	write_off      pool:infrastructure <-> bank:eur              of what the bank did and nobody can explain
//	clawback       claims, available  -> others' available       when an event was refuted that a read was sold with
//	credit_draw       credit -> available                        when a member draws on its credit, for a read or at will
//	credit_repayment  available -> credit, pool:infrastructure   when it repays a loan: charges go to the platform
//	transfer      available         -> available, pools          when a service asks for it
//	pending       available         -> payer held                the same in two phases, first
//	post_pending  payer held        -> available, pools          and last, when it is posted
//	void_pending  payer held        -> payer available           or voided, or its time has passed
//	reversal      the opposite of a transfer or post_pending     when two people ask for it
//
// A read passes through these states, and the transfer of each step commits with it:
//
//	         hold          capture
//	(none) --------> held ---------> captured
//	                  |
//	                  |  void, or held for too long
//	                  +------------> voided
//
// A payout passes through these, where only what is exported is known to the bank:
//
//	           export            on the statement         comes back
//	requested -------> exported ------------------> paid -----------> returned
//	   |                  |
//	   | cancel           | rejected by the bank
//	   +--> cancelled     +--> rejected
//
// # Refuted events
//
// A captured read is divided anew when an event that it was sold with is refuted within ClawbackPeriod (clawback.go). Each time makes
// a version of its shares, which is recorded at once, and settled by one transfer as soon as whoever has to give something back has
// it all:
//
//	          divided                 enough available
//	refuted ----------> version n due -----------------> version n settled
//
// # The peg
//
// The balance of bank:eur, negated, equals the closing balance of the last imported bank statement and the receipts that
// people recorded since (Peg). A statement's entry that the ledger cannot explain moves nothing and breaks that: no payout is
// then requested or exported until they agree again, which the transaction of each of these calls finds out for itself.
//
// # Cycles
//
// A cycle is what is posted between two moments, at most a day of UTC. At its end it is sealed, and then closed:
//
//	open ----------------> sealed -----------------> closed
//	      no transfer of          balances drawn, committed to by
//	      its time any more       a sum tree and journaled
//
// The transaction that seals waits for all who post and keeps others out for that moment; drawing the balances keeps nobody. Whoever
// posts takes its time from the database, once its accounts are locked: so the postings of a cycle are the first of each account
// that are not in an earlier one. What comes late is in the open cycle, and refers by Transfer.ValueTime to the one that it is about.
//
// # Invariants
//
//   - The postings of a transfer add up to zero, so all balances do. The code makes no other transfer (newTransfer), and
//     the database refuses one.
//   - No payment brings a balance below zero, or below the overdraft that only the bank's account and those of what members owe
//     have. The code checks it under the account's lock, and the database by constraint.
//   - Transfers and postings are never changed or deleted; a correction is another transfer.
//   - The balance of a member's held account is the sum of the prices of its held reads and of its pending transfers.
//   - A thing happens once: ids of reads and transfers are derived from what they are (deriveID), and the same id with
//     other content is refused.
//   - Every transfer is in one cycle. Closing balances add up to zero, and lead by the cycle's nets from one close to the next.
//   - Nothing of a closed cycle is changed or added: the database refuses it.
//   - Amounts are integers; what is split is conserved to the last unit.
//   - Every transfer is in the journal, in the stream settlement/ledger: its leaf commits with its postings, and is appended soon after.
//
// # The writer
//
// What is asked for often (reads, transfers) is an operation: what it has to see, the accounts that it may post on, and a
// pure function over the books that decides. A [Writer] does those that wait in one transaction: it locks and reads what they
// want and their accounts, applies them one after the other in memory, each whole or not at all, and writes what they did. The
// database posts transfers itself: a trigger checks that each adds up to zero, moves every account once by its net amount, and
// numbers the postings. A batch asks the database as often whether it holds one operation or a thousand, and a hot account costs
// it no more than a cold one. Nothing is remembered from one transaction to the next, so several processes may write.
//
// What people and banks do a few times a day (receipts, statements, payouts) runs in transactions of its own, beside the writer
// and under the same locks.
//
// # Order of locks
//
// A transaction locks rows of read first, in ascending order of their ids (their versions are locked by them), or rows of payout
// in that order, then all accounts that it will touch in ascending byte order of their ids in one statement, then the open cycle,
// shared (cycle_time), then inserts. Who seals a cycle locks it alone (lock_cycle), and nothing else. An export locks payouts behind the bank's account, but waits for none: it passes over what is locked. Two transactions therefore
// wait for each other only one way, and cannot deadlock. The bank's account sorts before all others and so puts all mints,
// statements and exports in order; the pools sort after all members, which keeps them locked for the shortest time.
package settlement
