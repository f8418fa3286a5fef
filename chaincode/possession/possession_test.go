package possession_test

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"testing"

	"filippo.io/edwards25519"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
)

// secrets are enough that both signs of the point are among them.
const secrets = 16

func request(t *testing.T, kem access.KEM, key []byte) access.ReadRequest {
	t.Helper()
	r := accesstest.Request(t)
	r.KEM, r.ReaderKey = kem, key
	return r
}

func newSecret(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func prove(t *testing.T, secret *ecdh.PrivateKey, r access.ReadRequest) []byte {
	t.Helper()
	digest, err := r.Hash()
	if err != nil {
		t.Fatal(err)
	}
	proof, err := possession.Prove(secret, digest)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func refuse(t *testing.T, r access.ReadRequest, proof []byte) {
	t.Helper()
	if err := r.VerifyPossession(proof); model.ReasonOf(err) != model.ReasonReaderUnproven {
		t.Errorf("got %v, want %s", err, model.ReasonReaderUnproven)
	}
}

func TestWhoHoldsTheKeyProvesIt(t *testing.T) {
	for range secrets {
		secret := newSecret(t)
		r := request(t, access.X25519, secret.PublicKey().Bytes())
		if err := r.VerifyPossession(prove(t, secret, r)); err != nil {
			t.Error(err)
		}
	}
}

// The key that HPKE calls MLKEM768-X25519 is the one that proves.
func TestWhoHoldsAnXWingKeyProvesIt(t *testing.T) {
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	secret, err := possession.XWing(seed)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, access.XWing, key.PublicKey().Bytes())
	if err := r.VerifyPossession(prove(t, secret, r)); err != nil {
		t.Error(err)
	}
	if _, err := possession.XWing(seed[1:]); err == nil {
		t.Error("a seed too short")
	}
}

func TestProofsThatAreNone(t *testing.T) {
	secret := newSecret(t)
	r := request(t, access.X25519, secret.PublicKey().Bytes())
	proof := prove(t, secret, r)
	refuse(t, r, nil)
	refuse(t, r, proof[1:])
	refuse(t, r, prove(t, newSecret(t), r))
	for i := range proof {
		changed := append([]byte(nil), proof...)
		changed[i] ^= 1
		refuse(t, r, changed)
	}
	other := r
	other.Nonce[0] ^= 1
	refuse(t, other, proof)
}

// Who has recorded capsules of others may not ask with a key R = U_B - U_A + ρG: a share for it would open theirs. Of R it
// knows ρ, and not the secret half.
func TestReaderKeyShift(t *testing.T) {
	a, b := random(t), random(t)
	rho := random(t)
	shifted := edwards25519.NewIdentityPoint().Subtract(point(b), point(a))
	shifted.Add(shifted, point(rho))
	r := request(t, access.X25519, shifted.BytesMontgomery())

	known, err := ecdh.X25519().NewPrivateKey(rho.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	refuse(t, r, prove(t, known, r))
}

func random(t *testing.T) *edwards25519.Scalar {
	t.Helper()
	wide := make([]byte, 64)
	if _, err := rand.Read(wide); err != nil {
		t.Fatal(err)
	}
	s, err := edwards25519.NewScalar().SetUniformBytes(wide)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func point(s *edwards25519.Scalar) *edwards25519.Point {
	return edwards25519.NewIdentityPoint().ScalarBaseMult(s)
}

// For a point of small order, s = 0 and R = the identity, or the point, is a signature without any secret, for every second
// request or so.
func TestKeysOfSmallOrder(t *testing.T) {
	orders := map[string][]byte{
		"zero": make([]byte, 32), "one": append([]byte{1}, make([]byte, 31)...),
		"minus one": fromPrime(-1), "the prime": fromPrime(0), "one more": fromPrime(1),
		"order 8": {
			0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
			0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
		},
	}
	for name, key := range orders {
		t.Run(name, func(t *testing.T) {
			for nonce := range byte(32) {
				r := request(t, access.X25519, key)
				r.Nonce[0] = nonce
				refuse(t, r, append(edwards25519.NewIdentityPoint().Bytes(), make([]byte, 32)...))
			}
		})
	}
}

// A key has one encoding: that of u, not of u + p or with the highest bit set.
func TestSecondFormsOfOneKey(t *testing.T) {
	secret := newSecret(t)
	key := secret.PublicKey().Bytes()
	key[31] |= 0x80
	r := request(t, access.X25519, key)
	refuse(t, r, prove(t, secret, r))
}

func TestOtherCurvesAreRefused(t *testing.T) {
	secret, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := possession.Prove(secret, model.Hash{}); err == nil {
		t.Error("a P-256 key proves")
	}
}

// fromPrime returns 2^255 - 19 + offset, little-endian.
func fromPrime(offset int) []byte {
	encoded := make([]byte, 32)
	for i := range encoded {
		encoded[i] = 0xff
	}
	encoded[0], encoded[31] = byte(0xed+offset), 0x7f
	return encoded
}
