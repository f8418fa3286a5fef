// Package journal keeps append-only Merkle journals inside a service's own
// PostgreSQL schema, so that business rows and their journal entries commit in
// one transaction of the caller. It knows nothing of the business: a leaf is
// bytes with a type name, and the key of the list that it belongs to.
//
// A journal consists of streams, one for each party whose writing is to be
// provable on its own (for example "ingest/oem"). A stream is an RFC 6962 tree:
//
//	journal_entry       (stream, seq)         the key of the leaf's list, and its exact bytes
//	journal_tile        (stream, level, idx)  hashes in tiles of 256, the tlog-tiles layout of height 8
//	journal_checkpoint  (stream, size)        the root after every batch
//
// # Invariants
//
//   - Sequence numbers of a stream start at 0 and have no gap. [Append] takes a
//     transaction-scoped advisory lock per stream, so there is one sequencer.
//   - An entry, its tiles and the checkpoint that covers it are written in the
//     same transaction or not at all. A rolled-back transaction leaves nothing
//     behind, not even a number.
//   - Entries and checkpoints never change; a tile only grows. Triggers of the
//     schema refuse everything else. A leaf's hash stands in a tile only.
//   - [Append] extends only a tree whose right edge hashes to its last
//     checkpoint, and proofs are made only from tiles that hash to the
//     checkpoint they are for: damaged rows yield [ErrCorrupt], not a wrong proof.
//
// A database administrator can switch triggers off. What makes that visible is
// not this package but a checkpoint kept elsewhere, compared by a consistency
// proof.
//
// # Schema
//
// The tables are those of migrations/journal, which package migrations adds to
// the schema of every service that keeps a journal. They carry no schema name;
// the caller's search_path decides.
//
// # Verification
//
// Readers that have no database use the sub-package proof.
package journal
