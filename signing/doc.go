// Package signing lets the source of events sign what it sends, and lets anybody verify it later from the journal alone.
//
// # Statement
//
// A source signs statements. A statement covers a run of its events, one or up to [MaxEvents]: it says the number of the
// first, how many there are, the Merkle root over the SHA-256 hashes of their exact bytes, and the hash of the statement
// before. A statement of one event signs that event; a statement of many costs one signature, and each event keeps its
// audit path to the root ([Tree]), with which it can be verified without the others.
//
// The payload is a CBOR map in deterministic encoding (RFC 8949, section 4.2.1):
//
//	1: "pcc.source-statement/1"
//	2: source       text, the events' CloudEvents source
//	3: first        unsigned, number of the first event of the source, from 0 and without end
//	4: count        unsigned, 1 to 1000
//	5: previous     32 bytes, SHA-256 of the payload before; zero bytes when first is 0
//	6: root         32 bytes, RFC 6962 tree whose leaves are the 32-byte hashes of the events
//
// It is sealed as a tagged COSE_Sign1 (RFC 9052) with the payload embedded. The protected header has alg and kid and nothing
// else, the unprotected header is empty. alg is EdDSA (-8, with Ed25519) or ES256 (-7, with P-256); kid is the SHA-256 of the
// public key's SubjectPublicKeyInfo, so that a statement names its key and nobody can put another in its place.
//
// # Acceptance receipt
//
// What the platform answers to accepted events is sealed in the same way, by the key that signs the journal's logs: a [Receipt],
// which names the events by a tree over their sources, ids and contents. Its payload:
//
//	1: "pcc.acceptance-receipt/1"
//	2: stream       text, the member's journal stream
//	3: count        unsigned, 1 to 1000
//	4: root         32 bytes, RFC 6962 tree whose leaves are the 32-byte hashes of [AcceptedEvent]
//	5: accepted at  unsigned, microseconds since 1970
//	6: delay        unsigned, seconds until the promise is due
//
// Package verify/receipt decides whether the promise was kept.
//
// # One encoding
//
// [Parse] accepts only bytes that [Signer] could have made: another order of keys, longer integers, repeated or further
// fields, a further header, critical or not, are all refused. A signature has one form, too: Ed25519 as RFC 8032 checks it,
// ES256 with s in the lower half, because whoever sees (r, s) can make (r, n-s).
//
// # What the chain shows
//
// Numbers and previous hashes tie the statements of a source together. Whoever holds two statements of a source sees whether
// any are missing between them, and two different ones under the same number prove that the source, or whoever has its
// key, said two things ([Chain]). What was cut off at the end shows with the next statement, not before.
package signing
