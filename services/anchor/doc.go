// Package anchor fixes the journals of all services on the Fabric ledger, epoch by epoch.
//
// Every interval the new entries of all journal streams are read, without what they say, and made into the next epoch (package
// epoch): the streams' roots, the lists that grew, and the map of their heads, by which it can be shown that a list is
// whole. Its record (chaincode/model) names the hash of the record before it and is a leaf of the index, a log of records whose
// checkpoint the members' witnesses cosign. Record and note are submitted as one transaction. An event in an anchored epoch
// cannot be changed, removed, back-dated or kept back any more without contradicting what several organisations signed.
//
// # States
//
//	          cut                       a majority cosigns                submit, or found on the ledger
//	(nothing) ---> candidate of number n -----------------> cosigned ------------------------------------> anchored
//	                                                          |    ^
//	                                                          +----+
//	                                       the ledger wants other witnesses: cosigned again
//
// A candidate is committed in the database, with what it makes of streams, lists and index, before anybody hears of it, and
// never changes: the witnesses would refuse a second one of the same number. Whatever stops the process, the next round goes
// on from there. Epochs are cut also while the witnesses or the ledger are away, and worked off in their order afterwards; at
// most MaxWaiting wait, and what grows then is in the next one.
//
// # Invariants
//
//   - The roots of streams are computed from their entries and compared with what the journal says of itself.
//   - One process anchors at a time (advisory lock). Should two do it for a moment, the database's primary key and the
//     ledger's immutable keys let one win.
//   - Rows are only added: no candidate, head, note, epoch or endorsement is ever changed.
//   - The map is in memory, in versions that share what they have in common, and is made of the heads in the database when
//     the process starts (Heads). So are, in the process that leads, the lists that the next entries are appended to (Lists).
//     Nothing rests on either that their heads do not show.
//   - A record on the ledger that this database did not cut, and a journal that shrank or changed, stop anchoring until
//     a person has looked: an error is logged every minute and the metric pcc.anchor.halted is 1. Reading and proofs of
//     what stands go on. Nothing is overwritten.
//   - An empty database beside a ledger that holds epochs is refused, and the process ends.
package anchor
