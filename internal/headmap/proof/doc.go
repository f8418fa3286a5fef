// Package proof holds what a reader of a head map needs and its keeper does not:
// the hashes of the map, the verification of its proofs, and the heads of lists.
//
// It imports the standard library and nothing else, so that the offline verifier
// and third parties can carry it. Package headmap makes what this package reads.
// The text below says every byte; an implementation in another language needs
// nothing more, and testdata/vectors.json tells whether it is right.
//
// H is SHA-256, || is concatenation, integers are unsigned and big endian, and
// bit i of a byte string is counted from its first byte's most significant bit:
// byte i/8, mask 0x80 >> (i mod 8).
//
// # Lists and heads
//
// A list is a sequence of hashes of 32 bytes, such as the leaf hashes of the
// events of one vehicle in one class. Its head is its length and its root:
//
//	head = count (8 bytes) || root (32 bytes)
//
// The root is the RFC 6962 tree hash whose leaf hashes are the list's hashes as
// they are; they are not hashed once more:
//
//	root of one hash  = the hash
//	root of n > 1     = H(0x01 || root of the first k || root of the others)
//	                    k = the largest power of two below n
//	root of no hash   = H() of no bytes
//
// The count belongs to the head: it fixes the shape of the tree, so that two
// different lists never share a head. Counts are at most 2^48. In a map a head
// has a count of at least 1; a key whose list is empty is absent.
//
// The state of a list (type [List]) is what is needed to append to it. It splits
// the list, from the left, into blocks of descending powers of two:
//
//	state = count (8 bytes) || root of each block (32 bytes), largest block first
//
// One block for each bit of count that is set. No other length is accepted.
//
// # Map
//
// A map gives heads to keys of 32 bytes. Its root depends on its content only:
//
//	no key            H(0x02)
//	one key           H(0x03 || key (32) || head (40))
//	more keys         H(0x04 || d (1) || root of the zeros || root of the ones)
//
// where d is the first bit in which the keys are not all the same, the zeros are
// the keys (with their heads) whose bit d is 0 and the ones are the others. Both
// are maps with at least one key, so no subtree is empty, and d grows on the way
// from the root to a leaf. The first bytes differ from each other and from those
// of RFC 6962, so no hash can be taken for one of another kind.
//
// # Proofs
//
//	inclusion      0x01 || path
//	non-inclusion  0x02 || other key (32) || other head (40) || path
//	non-inclusion  0x00                                        in the empty map
//
//	path = m (1 byte) || branches (m bytes) || siblings (32 bytes each)
//
// Bit d of branches is 1 if the way from the leaf to the root passes a node with
// this d. m is at most 32 and the last byte of branches is not zero: a map of one
// key has m = 0. There is one sibling for each bit that is 1, in descending order
// of d: from the leaf to the root. Nothing follows.
//
// To verify, start with h = H(0x03 || key || head) of the key asked for (inclusion)
// or of the other key (non-inclusion). For each d of branches, descending, take the
// next sibling s:
//
//	bit d of the key asked for is 0:  h = H(0x04 || d || h || s)
//	bit d of the key asked for is 1:  h = H(0x04 || d || s || h)
//
// The proof holds if h is the root in the end. Non-inclusion holds if, beyond
// that, the other key is not the key asked for and agrees with it in every bit d
// of branches: the way to where the key would be ends at a leaf of another key.
// The other head is a head of a map: its count is 1 to 2^48.
//
// # What always holds, as long as nobody finds a collision of SHA-256
//
//   - For one root, whoever made it and however, at most one statement about a
//     key can be proven: one head, or absence. Each node on the way commits to its
//     d, so the way of a key is the same in every proof.
//   - For one root and key, at most one byte string is accepted as the proof.
//   - The root of a map determines its content. A proof cannot be moved to another
//     key, head or root.
//   - A head determines its list: no hash can be dropped, repeated, moved, added
//     or replaced.
//
// That a root is one of an honest map, and the latest, is for others to show: by
// cosignatures of those who computed the same one.
package proof
