// Package replay is a member's own computation of what the platform says in its epoch records. A [Follower] reads the
// records of the index log and the entries of all streams, computes streams, lists and the map of completeness from them
// (package epoch), and approves a checkpoint of the index log only if every record up to it says what was computed. It sees
// keys of lists and commitments: no payload, no VIN.
//
// # What is refused
//
// The error wraps witness.ErrRefused and says what differs, when
//
//   - the records that the platform shows do not make the root that the log has signed, or one of them is not shown;
//   - a record does not follow the one before: number, hash, time, streams that shrink or vanish (chaincode/model);
//   - the entries that the platform shows are fewer than a record says, or do not make a stream's root;
//   - the lists of the entries do not make the record's map;
//   - a record is not of its time, see below.
//
// Every other error means that the answer is not known now: the platform or the disk has failed.
//
// # Time
//
// A record may not be later than the member's clock by more than model.MaxSkew. It may not be made earlier than it was
// either: from time to time ([Follower.Run]) the follower asks for the newest record, and when there is none after its
// own, the next one cannot be older than that moment, less model.MaxSkew. So a member that was away, or a record that
// waited for the quorum, is no reason to refuse; a record that is made after the fact is. About the time when it did not
// run a follower says nothing.
//
// # Order of writing
//
// The state of an epoch is on disk before the approval is given. It is written in many transactions, and the last one makes
// it count:
//
//	lists of the epoch, listsPerWrite at a time ... state, record and root of the index
//
// With each list stands the one before it, so that a process that was killed in between takes back what it had written and
// goes on from the epoch before. Nothing here has to be kept: a follower without its file begins with epoch 1. What a
// member has cosigned is remembered by package witness, not here.
//
// # Memory
//
// The map takes 116 bytes a list. Beyond it a follower holds [recordsAtOnce] records, and what one epoch takes, see package
// epoch; catching up with a long history takes some 70 bytes for each [recordsAtOnce] epochs more.
package replay
