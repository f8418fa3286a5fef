// Package sealing encrypts personal data for storage, and hashes it so that the hash betrays nothing.
//
// Data is encrypted with AES-256-GCM under the primary key of a Tink keyset. The keyset itself stands in a file,
// encrypted by a KeyWrapper. New data uses the primary key, old data is opened by whichever key of the keyset it was
// sealed under, so a rotation adds a key and re-encrypts at leisure.
//
// FileWrapper holds the wrapping key in a file of its own: it separates the duties of two files, and protects a copy of
// the keyset that strays without the other. It does not protect from somebody who reads the vault's whole disk; that is
// what a KeyWrapper in a key management service is for.
package sealing
