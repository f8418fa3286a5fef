// Package keytree gives every name a key of its own, derived from one secret, and destroys single keys for good.
//
// It is the tree of Goldreich, Goldwasser and Micali: a node yields its two children by a hash, and a name's key is the leaf at the
// first 64 bits of the name's hash. As long as nothing was destroyed the file holds the root alone, however many names there are, so
// that a new name writes nothing. To destroy a key, the nodes above it are replaced by the 64 siblings along its way: every other key
// can still be derived, and this one cannot, since a hash does not run backwards.
//
//	before: root                      after the leaf 10 is destroyed:   .
//	         ├─ 0                                                        ├─ 0   kept
//	         └─ 1 ─┬─ 10                                                 └─ . ─┬─ (10 gone)
//	               └─ 11                                                       └─ 11  kept
//
// Invariants:
//   - What was destroyed stays destroyed: names have no other way to a key than the file, and the file only loses keys. Rows sealed
//     under a destroyed key stay closed, wherever they come back from.
//   - A destruction is on disk, file and folder, before Destroy returns; it happens whole or not at all.
//   - Several processes may use one file: each looks, at each use, whether it was replaced, and they destroy one after the other.
//   - Two names share a leaf with a probability of 2^-64, and would be destroyed together.
//
// The file is encrypted under a KeyWrapper. What keeps a destroyed key from coming back is that old copies of the file are gone: it
// belongs in no backup that outlives the next destruction (docs/operations.md).
package keytree
