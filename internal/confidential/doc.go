// Package confidential seals the confidential fields of an event and opens them again.
//
// Which fields are confidential the protos say: the option pcc.options.v1.confidential marks them in pcc.events.v1. The
// platform takes them in the field `sealed` of the event's message alone. All other fields stay readable.
//
// # Keys
//
// A writer has one capsule for each policy (that is, ownership period of a vehicle), class of events and number of the
// trustees' key. Its class key needs two halves: the capsule's secret, which the trustees restore together, and the
// shred, which the vault derives and whose loss is the erasure.
//
//	capsule hash = SHA-256(label text || capsule)
//	class key    = HKDF-SHA256(ikm = secret (32) || shred (32), no salt, info = "pcc-class-key/v1" || capsule hash), 32 bytes
//	derive key   = HKDF-Expand-SHA256(class key, info = "pcc-event-key/v1"), 32 bytes
//
// # Event
//
//	place       = domain "pcc-confidential/v1", type, source, id, passport, capsule hash: each led by its length in 4 bytes, big endian
//	plaintext   = the event's message with the confidential fields alone, in protobuf's deterministic form
//	event key   = HMAC-SHA256(derive key, 0x01 || place || plaintext)
//	ciphertext  = AES-256-GCM(event key, nonce of zeros, plaintext, place)
//	nonce       = HMAC-SHA256(derive key, 0x02 || place || event key), the first 12 bytes
//	wrapped key = nonce || AES-256-GCM(class key, nonce, event key, place)
//
// The event key is made of what it encrypts, so that it never encrypts anything else, and so that sealing an event again
// gives the same bytes: a source may send an event twice, and the platform counts it once. Whoever opens an event
// computes its key anew, so that one ciphertext opens to one plaintext, whatever its writer did.
//
// Moved to another event, source, passport or capsule a sealed field does not open. What stays visible is that an event
// has confidential fields, and how long they are together.
package confidential
