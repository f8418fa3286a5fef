// Package receipt decides, from the journal, whether the platform kept what it promised when it accepted events, and shows to third
// parties that it did not. It needs no server.
//
// # The promise
//
// An acknowledgement carries a signing.Receipt under the key of the member's log: every record of an epoch that covers the member's
// stream, and is later than the acceptance by more than the stated delay, has the events in the stream. A member keeps receipts
// together with source, id and content hash of the events ([Promise]).
//
// # Evidence
//
//   - A [Head] of the stream, which the record of an epoch states together with its time. That the record is one, by its endorsements on
//     the ledger and its cosignatures, is for package verify, and is the judge's to check first. The time is the platform's own statement.
//     A checkpoint without such a time proves nothing: who keeps an old one could show it late.
//   - The member's stream up to that head, every leaf opened. Only the member has its leaves ([Leaf]); that these are all, and no others,
//     follows from the head's root.
//
// With both, [Judge] says [Kept], [Broken], [Changed] or [Open]. None of the two parties can make up the evidence against the
// other: the receipt needs the platform's key, the record the ledger, and leaves their hashes.
//
// # What it cannot decide
//
// [Changed] says that the stream has other content under the event's source and id. Either the platform changed the event, or the
// member sent two with one id at the same time, of which one becomes a dead letter: only a signature of the source (package
// verify/signatures) tells. An event whose source key the member revoked while it was under way is refused though it was acknowledged:
// who judges asks whether the stream of keys has that revocation. An event without a receipt was promised nothing.
package receipt
