// Package fsck examines the journal of one schema, as it is stored, and names
// what is wrong with it: flipped bits, missing rows, truncated tables, and,
// compared with checkpoints kept elsewhere, backups that were restored and
// history that was rewritten. It changes nothing.
//
// Package journal refuses to build on damage at the right edge and to prove
// from damaged tiles; everything else it never reads again. Fsck reads all of
// it, once, in one snapshot (see [Snapshot]), so that appends meanwhile make no
// finding.
//
// # What is compared with what
//
//	entry       its hash, over key and leaf, with the one in its tile of level 0
//	tile        with the entries or tiles below it, and with the size
//	checkpoint  with the root at its size, computed anew
//	[Claim]     a checkpoint kept elsewhere, with the root at its size
//
// Where an entry and its tile differ, the level above says which of them is
// damaged, or a checkpoint where the tile is not full yet. Where nothing
// confirms either, the finding blames neither. What is damaged below is taken
// from above as far as possible, so that one flipped bit is one finding and not
// one for every later checkpoint.
//
// # What cannot be found here
//
// A journal whose tables were all replaced by a consistent older or other state
// is a sound journal. Only claims from elsewhere show it. Nor does anything say
// that a checkpoint before the newest was there, unless a claim names its size.
//
// # Memory
//
// At most the entries of one tile, a page of tiles for each level, a page of
// checkpoints, the claims, and [MaxFindings] findings; whatever the number of
// entries. Findings beyond are counted.
package fsck
