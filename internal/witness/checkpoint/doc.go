// Package checkpoint holds what a log signs, what its witnesses sign under it, and how a reader verifies both. It needs the
// standard library, golang.org/x/mod/sumdb and package proof alone, so that offline verifiers can carry it.
//
// # Formats
//
// A checkpoint is the text by c2sp.org/tlog-checkpoint, of at least three lines, each ended by a newline:
//
//	origin line          names the log, such as pcc.example/index
//	tree size            decimal, no leading zeroes
//	root hash            base64 of 32 bytes, the RFC 6962 root at that size
//	extension lines      none or more, not empty; opaque
//
// It travels as a signed note by c2sp.org/signed-note: the text, an empty line, and one line a signature:
//
//	— <key name> base64(key ID, 4 bytes || signature)
//
// Two types of signature are used. A log signs the text by Ed25519 (type 0x01). A witness signs by Ed25519
// cosignature/v1 of c2sp.org/tlog-cosignature (type 0x04): its signature bytes are the time as 8 bytes, big-endian, in
// seconds since 1970, then the Ed25519 signature of
//
//	cosignature/v1
//	time <decimal>
//	<the whole text of the checkpoint>
//
// A verifier key is the string of c2sp.org/signed-note, public:
//
//	<key name>+<key ID, 8 hex digits>+base64(type || public key)
//
// A signer key is secret: one line in a file that its owner alone may read ([CreateLogKey], [CreateWitnessKey]). It is the
// encoding of golang.org/x/mod/sumdb/note, with the type in front of the Ed25519 seed:
//
//	PRIVATE+KEY+<key name>+<key ID>+base64(type || seed)
//
// # What is said by a signature
//
// A log promises never to sign two checkpoints that cannot be of one growing tree. A witness says that at the time it
// names this was the largest tree that it had seen of the log, and that it extends every earlier one. A [Policy] tells how
// many witnesses a reader wants to hear that from.
package checkpoint
