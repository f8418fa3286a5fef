// Package anchor fixes the journals of events on the Fabric ledger and hands out proofs.
//
// Every interval the newest checkpoints of all journal streams are cut into an epoch record (chaincode/model), which
// names the hash of the record before it, and submitted as one transaction. An event under an anchored checkpoint
// cannot be changed, removed or back-dated any more without contradicting what several organisations signed.
//
// # States
//
//	          cut                    submit, or found on the ledger
//	(nothing) ---> candidate of n ------------------------------------> epoch n anchored
//	                 |     ^
//	                 +-----+
//	       older than model.MaxSkew: cut again
//
// A candidate is committed in the database before it is submitted. Whatever stops the process, the next round finds it
// and either submits it or finds it on the ledger. The ledger refuses a record that is far older than its transaction,
// so that after a long outage a candidate is cut again with the checkpoints of the day; the old one is kept, because
// its transaction may still be with the orderers. Epoch n is the candidate that the ledger holds.
//
// # Invariants
//
//   - At most one number is under way. Epochs are cumulative, so nothing is gained by a queue of them: the first epoch
//     after an outage covers everything that was journaled meanwhile.
//   - One process anchors at a time (advisory lock). Should two do it for a moment, the database's primary key and the
//     ledger's immutable keys let one win.
//   - Rows are only added: no candidate, epoch or endorsement is ever changed.
//   - A record on the ledger that this database did not cut, and a journal that shrank or changed, stop anchoring until
//     a person has looked: an error is logged every minute and the metric pcc.anchor.halted is 1. Reading and proofs of
//     what stands go on. Nothing is overwritten.
//   - An empty database beside a ledger that holds epochs is refused, and the process ends.
package anchor
