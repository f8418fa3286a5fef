// Package headmap keeps the verifiable map of completeness: a Merkle trie that
// gives, to a key that stands for one vehicle and one class of events, the head
// (length and root) of the list of all its leaves. Who holds the map's root can
// check that a list shown to them is the whole one, or that it is empty, with a
// proof of some 650 bytes at a million keys. Package proof, below this one, has
// the hashes, the proofs byte by byte and their verification; it needs nothing
// of this package.
//
// The map sees neither vehicles nor classes: a key is a hash that its user
// computes.
//
// # Versions
//
// A [Map] never changes. [Map.Apply] returns a new version that shares with the
// old one what the batch did not touch; the old one stays readable as long as
// somebody refers to it. Several versions may be made from the same one.
//
// # Memory
//
// Nodes and entries lie in pages, numbered; a node refers to its children by
// number. So there are no pointers for the garbage collector to follow, and an
// entry takes 72 bytes and a node 44: 116 bytes a key. The hash of a leaf is not
// kept but computed from its entry. Paths are compressed: n keys have n - 1
// nodes. A new version is written behind its predecessor, in the same pages. When
// more than a third of them is what only older versions need, Apply copies what
// the new one needs into pages of its own, in the order of the keys, and the
// garbage collector takes the old pages once no old version is referred to.
//
// # What always holds
//
//   - Equal content, equal root: neither the order of keys nor how they were cut
//     into batches matters, and [Build] arrives where Apply does.
//   - No key leaves, and no head is replaced by one that is not longer: a version
//     made by Apply has every key of its predecessor with an equal head or one of
//     a greater count. That the longer list starts with the shorter one is known
//     only to who has the hashes between; see [proof.List.Append].
//   - For every key there is a proof of what [Map.Get] says that verifies against
//     [Map.Root].
//   - An Apply that fails leaves everything as it was.
//   - All methods may be called concurrently on the same and on related versions.
package headmap
