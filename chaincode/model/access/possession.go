package access

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"math/big"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// VerifyPossession returns nil if proof shows that who wrote the request holds the
// secret half of its X25519 key, the last 32 bytes of an X-Wing key: an XEdDSA
// signature over the request's hash. Else it is a READER_KEY_UNPROVEN.
//
// XEdDSA is Ed25519 with the key pair that X25519 has: the point's Edwards form has
// y = (u-1)/(u+1) and, by the signer's choice of the scalar's sign, an even x. So the
// standard library verifies it. A key of small order, for which signatures can be
// made without a secret, is refused.
func (r ReadRequest) VerifyPossession(proof []byte) error {
	digest, err := r.Hash()
	if err != nil {
		return err
	}
	public, ok := edwards(r.ReaderKey[len(r.ReaderKey)-x25519Bytes:])
	if !ok || len(proof) != ed25519.SignatureSize || !ed25519.Verify(public, digest[:], proof) {
		return model.Errorf(model.ReasonReaderUnproven, "the reader's key has no valid proof of possession")
	}
	return nil
}

// edwards returns the Ed25519 public key with sign bit 0 of an X25519 key, or false
// if that is not canonical or of small order.
func edwards(montgomery []byte) (ed25519.PublicKey, bool) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	u := new(big.Int).SetBytes(reversed(montgomery))
	if u.Cmp(p) >= 0 || smallOrder(montgomery) {
		return nil, false
	}
	one := big.NewInt(1)
	inverse := new(big.Int).ModInverse(new(big.Int).Add(u, one), p)
	if inverse == nil {
		return nil, false
	}
	y := new(big.Int).Mul(new(big.Int).Sub(u, one), inverse)
	return reversed(y.Mod(y, p).FillBytes(make([]byte, ed25519.PublicKeySize))), true
}

// smallOrder lets the standard library find out: X25519 refuses a result of zero,
// which is what points of small order give with any scalar.
func smallOrder(montgomery []byte) bool {
	scalar, err := ecdh.X25519().NewPrivateKey(slices.Repeat([]byte{1}, x25519Bytes))
	if err != nil {
		return true
	}
	public, err := ecdh.X25519().NewPublicKey(montgomery)
	if err != nil {
		return true
	}
	_, err = scalar.ECDH(public)
	return err != nil
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}
