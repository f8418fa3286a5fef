// Package epoch is the arithmetic of epochs: what the entries that journals gained since the last epoch make of it. Who
// anchors computes the record of the next epoch with it, and who witnesses or replicates computes the same from the same
// entries and compares: nobody has to believe a root.
//
// A [State] is all that must be known of the past: the hashes at the right edge of each stream, of the log of records (the
// index), and the map of heads. [Begin] starts an epoch behind it, [Builder.Add] takes the new entries of one stream after
// the other, and [Builder.Finish] returns a [Change]: the state after the epoch, and the streams and lists that grew, for
// who stores them. [Check] holds what was computed against what a record says and names every difference.
//
// # Order
//
// A list holds the leaf hashes of the entries with its key: epoch by epoch, within one the streams ascending by name, within
// one its entries by number. So the lists follow from the entries and from where the streams stood at each epoch. Entries
// with the zero key are in no list.
//
// # Memory
//
// A state takes the map's memory, which its successors share, and 1.5 KiB a stream at most. An epoch takes beyond that what
// its own lists take, however long they were before: at most 1.6 KiB for each of [MaxEntries] entries, and some 300 bytes
// for most. Entries are not kept.
//
// # What always holds
//
//   - Equal states and equal entries make equal changes, however the entries were cut into calls.
//   - Entries that were dropped, repeated, replaced, put in another order, stream or list make another root of each stream
//     concerned, or the finder has a collision of SHA-256. So a record whose stream roots are right and whose map is wrong was
//     made with wrong lists.
//   - No state changes: a Builder that fails or is given up leaves nothing behind.
//   - A list that was loaded is believed only if its head is the one that the map has. Of a length that is a power of two it is
//     not loaded: the head says it.
package epoch
