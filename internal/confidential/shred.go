package confidential

import "crypto/sha256"

const shredsInfo = "pcc-shred/v1"

// ShredInfo is the info of HPKE under which the vault seals shreds to a reader or writer. context is what they are given
// for: the hash of a request to read, or what a writer drew.
func ShredInfo(context [sha256.Size]byte) []byte { return append([]byte(shredsInfo), context[:]...) }

// ParseShreds splits what the vault sealed into the shreds of n capsules, false when it is not n of them.
func ParseShreds(plaintext []byte, n int) ([][HalfSize]byte, bool) {
	if len(plaintext) != n*HalfSize {
		return nil, false
	}
	shreds := make([][HalfSize]byte, n)
	for i := range shreds {
		shreds[i] = [HalfSize]byte(plaintext[i*HalfSize:])
	}
	return shreds, true
}
