// Package sealer seals the confidential fields of events for a writer: a member's own software, or the gateway on behalf of a
// source.
//
// A writer has one secret, its [Key]. The capsule for a policy and class is derived of it, so that the writer makes the same
// capsule, class key and sealed event whenever it seals the event again, also after a restart, and keeps nothing:
//
//	seed    = HKDF-SHA256(ikm = key, no salt, info = "pcc-capsule-seed/v1" || collective public key || label), 256 bytes
//	capsule = threshold.Encapsulate(seed as its randomness, collective public key, label)
//
// Who has the key and gets the vault's shreds can open what the writer has sealed. So a member that does not want to trust
// the platform's gateway with it seals by itself, under a key that never leaves it.
package sealer
