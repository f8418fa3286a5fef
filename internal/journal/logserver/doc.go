// Package logserver is pcc.journal.v1.LogService, for every service that keeps a journal: it publishes the journal's streams as
// transparency logs. Monitors read hashes and checkpoints, signed by the platform's key for logs, without being members. Entries
// are for members: they hold no event, but the keys of lists, by which one vehicle can be followed. Leaves are for the member whose
// own doings the stream has.
//
// The origin of a log is the key's name, a slash, and the stream. Its signatures bear that origin as the name of their key, as
// c2sp.org/tlog-checkpoint advises.
//
// # Invariants
//
//   - A checkpoint is signed on demand, once for each size, and only if it is shown to extend the one that this process signed
//     before it. A database that was set back, or changed, gets no further signature from it.
//   - Nothing is signed that is not committed.
package logserver
