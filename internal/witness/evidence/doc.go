// Package evidence holds proofs that a log has signed two checkpoints which cannot be of one growing tree: that it told
// two histories. Whoever has the log's public key can verify one offline ([Verify]); nobody but the holder of the log's
// private key can have caused it. Retries, delays and races of an honest log never make one.
//
// # Format
//
// One JSON document in UTF-8, canonical: these members in this order, two spaces of indentation, one newline at the end,
// nothing else. Its SHA-256 in hexadecimal is its name ([ID]), so the same finding has the same name with every witness.
//
//	format       "pcc-equivocation/v1"
//	kind         "same-size" or "prefix"
//	origin       the log's origin
//	first        signed note by c2sp.org/signed-note and c2sp.org/tlog-checkpoint
//	second       the same, of at least that size
//	prefix_root  prefix only: base64 of the root of the leaves of second as far as the size of first
//	consistency  prefix only: RFC 6962 consistency proof from that root to second, base64 of each hash
//
// # What is proved
//
// Same size: both notes are validly signed, for the origin and of one size, and their roots differ.
//
// Prefix: both are validly signed for the origin, and first is smaller. The consistency proof shows that the tree of second
// begins with leaves whose root is prefix_root. First names another root for that size. No tree has both, unless SHA-256 is
// broken.
//
// A consistency proof that merely fails shows nothing: anybody can send a wrong one with two honest checkpoints.
package evidence
