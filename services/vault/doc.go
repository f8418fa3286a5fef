// Package vault is the platform's only place with personal data: the VIN of a vehicle and the identity of its holder.
//
// What leaves the vault are handles, vehicles/{uuid} and holders/{uuid}. They are random and so say nothing; every other
// service and the ledger know a car by its handle alone.
//
//	VIN ──blind──> tag evaluator (holds the tag key) ──evaluated + proof──> unblind ──> tag (64 bytes) ──unique──> handle
//	  └──encrypt──> identity row, apart from the handle, deleted by an erasure
//
// Invariants:
//   - The same VIN has the same handle for ever, whoever binds it. Its tag, a keyed pseudorandom function of the VIN that
//     cannot be computed without the tag key, finds the handle; a plain hash would not do, since all VINs can be tried.
//   - The handle outlives its identity row: after an erasure the tag stays as a tombstone, and binding the VIN again
//     returns the old handle without storing the VIN again.
//   - Personal data stands encrypted in the database, and its ciphertext is bound to the row it stands in: copied to
//     another row, vehicle or member it does not decrypt.
//   - Each row has a key of its own in a file outside of the database. An erasure destroys it, so that what a backup brings back
//     stays closed.
//   - Half of the key of confidential fields is here, one for each class of events in one ownership period. It leaves the vault
//     as shreds of capsules, sealed to whom access names, and goes with the erasure.
//   - A holder exists only for the member that registered it, and every reading of one is recorded before it is decrypted.
//   - Personal data is a Secret in memory: printed, logged or marshalled in any way it is [redacted]. It is in no error.
package vault
