// Package proof holds what a reader of a journal needs and a database does not:
// the framing of a leaf, the RFC 6962 hashes, and the verification of inclusion
// and consistency proofs.
//
// It imports the standard library and golang.org/x/mod/sumdb/tlog and nothing
// else, so that the offline verifier and third parties can carry it without
// PostgreSQL, gRPC or protobuf. Package journal writes what this package reads.
//
// # Hashes
//
//	leaf hash     = SHA-256(0x00 || leaf)
//	interior hash = SHA-256(0x01 || left || right)
//
// # Leaf
//
// The exact bytes of a leaf are a frame (see [Frame]): a version byte, the type
// of the payload, a random salt of 16 bytes and the payload. Lengths precede the
// fields, so two different (type, salt, payload) never share a frame. The salt
// makes the leaf hash a hiding commitment: once salt and payload are erased,
// the hash alone does not let anybody confirm a guess of the payload.
package proof
