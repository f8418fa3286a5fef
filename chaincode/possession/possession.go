// Package possession proves to the ledger that a reader holds the secret half of the
// encryption key in its request, for members' software. What is proved, and how it is
// verified, is said at access.ReadRequest.VerifyPossession.
package possession

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha3"
	"crypto/sha512"
	"fmt"

	"filippo.io/edwards25519"

	"github.com/pcc-platform/pcc/chaincode/model"
)

const (
	xwingSeedBytes     = 32
	xwingExpandedBytes = 96
	mlkemSeedBytes     = 64
	nonceBytes         = 64
)

// Prove returns the XEdDSA signature of a request's hash by an X25519 key, 64 bytes.
// It is another one each time.
func Prove(secret *ecdh.PrivateKey, request model.Hash) ([]byte, error) {
	if secret.Curve() != ecdh.X25519() {
		return nil, fmt.Errorf("possession: the key is of %v", secret.Curve())
	}
	scalar, err := edwards25519.NewScalar().SetBytesWithClamping(secret.Bytes())
	if err != nil {
		return nil, fmt.Errorf("possession: %w", err)
	}
	public := edwards25519.NewIdentityPoint().ScalarBaseMult(scalar).Bytes()
	const signBit = 0x80
	if public[len(public)-1]&signBit != 0 {
		scalar.Negate(scalar)
		public[len(public)-1] &^= signBit
	}
	var random [nonceBytes]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fmt.Errorf("possession: %w", err)
	}
	nonce, err := hash(nonceDomain(), scalar.Bytes(), request[:], random[:])
	if err != nil {
		return nil, err
	}
	commitment := edwards25519.NewIdentityPoint().ScalarBaseMult(nonce).Bytes()
	challenge, err := hash(commitment, public, request[:])
	if err != nil {
		return nil, err
	}
	return append(commitment, edwards25519.NewScalar().MultiplyAdd(challenge, scalar, nonce).Bytes()...), nil
}

// XWing returns the X25519 part of an X-Wing key, given as its seed of 32 bytes.
func XWing(seed []byte) (*ecdh.PrivateKey, error) {
	if len(seed) != xwingSeedBytes {
		return nil, fmt.Errorf("possession: a seed of %d bytes", len(seed))
	}
	expanded := sha3.SumSHAKE256(seed, xwingExpandedBytes)
	secret, err := ecdh.X25519().NewPrivateKey(expanded[mlkemSeedBytes:])
	if err != nil {
		return nil, fmt.Errorf("possession: %w", err)
	}
	return secret, nil
}

// nonceDomain keeps the hash that gives the nonce apart from that of the challenge:
// no point is encoded like this.
func nonceDomain() []byte {
	domain := make([]byte, 32)
	for i := range domain {
		domain[i] = 0xff
	}
	domain[0] = 0xfe
	return domain
}

func hash(parts ...[]byte) (*edwards25519.Scalar, error) {
	h := sha512.New()
	for _, p := range parts {
		h.Write(p)
	}
	scalar, err := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("possession: %w", err)
	}
	return scalar, nil
}
