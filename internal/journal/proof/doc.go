// Package proof holds what a reader of a journal needs and a database does not:
// the framing of a leaf, the entry that commits to it, the RFC 6962 hashes, and
// the verification of inclusion and consistency proofs.
//
// It imports the standard library, golang.org/x/mod/sumdb/tlog and the proofs of
// the map of completeness, which need the standard library only, so that the
// offline verifier and third parties can carry it without PostgreSQL, gRPC or
// protobuf. Package journal writes what this package reads.
//
// # Leaf
//
// The exact bytes of a leaf are a frame (see [Frame]): a version byte, the type
// of the payload, a random salt of 16 bytes and the payload. Lengths precede the
// fields, so two different (type, salt, payload) never share a frame.
//
// # Entry
//
// A stream's tree is made of entries (see [Entry]): the key of the list that the
// leaf belongs to, and a commitment to the leaf.
//
//	commitment    = SHA-256(frame)
//	entry         = 0x02 || key (32) || commitment (32)
//	leaf hash     = SHA-256(0x00 || entry)
//	interior hash = SHA-256(0x01 || left || right)
//
// Whoever sees the entries alone can compute the stream's roots and the heads of
// all lists: 64 bytes each, without any payload. A leaf cannot be moved to
// another list, because its hash is over its key. The salt makes the commitment
// a hiding one: once salt and payload are erased, it does not let anybody
// confirm a guess of the payload.
//
// What a key stands for is for the writer of the journal to say; for events of
// vehicles it is package eventlist. The zero key is for leaves of no list.
package proof
