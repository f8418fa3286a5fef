package signing

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/veraison/go-cose"
)

// MaxKeyBytes bounds a public key's DER: either kind has less than 100 bytes.
const MaxKeyBytes = 256

// Hash is a SHA-256 value.
type Hash = [sha256.Size]byte

// KeyID is the SHA-256 of a public key's SubjectPublicKeyInfo in DER.
type KeyID [sha256.Size]byte

// String returns 64 hexadecimal digits.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// ParseKeyID reads what String writes. The error wraps ErrMalformed.
func ParseKeyID(text string) (id KeyID, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(id) || hex.EncodeToString(raw) != text {
		return KeyID{}, fmt.Errorf("%w: a key's id is 64 hexadecimal digits in lower case", ErrMalformed)
	}
	return KeyID(raw), nil
}

var errUpperHalf = errors.New("s is in the upper half of the group's order")

// PublicKey verifies the statements of a source. Its zero value verifies nothing.
type PublicKey struct {
	der      []byte
	id       KeyID
	verifier cose.Verifier
	// lowHalf is half of the group's order for keys whose signatures have two forms, nil otherwise.
	lowHalf *big.Int
}

// ParsePublicKey reads a SubjectPublicKeyInfo in DER: an Ed25519 key or one on P-256. The error wraps ErrKey.
func ParsePublicKey(der []byte) (PublicKey, error) {
	if len(der) > MaxKeyBytes {
		return PublicKey{}, fmt.Errorf("%w: more than %d bytes", ErrKey, MaxKeyBytes)
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	k, err := NewPublicKey(parsed)
	if err != nil {
		return PublicKey{}, err
	}
	// The id is a hash of the encoding: a key with two encodings would have two ids.
	if !bytes.Equal(k.der, der) {
		return PublicKey{}, fmt.Errorf("%w: not in the one encoding of its content", ErrKey)
	}
	return k, nil
}

// NewPublicKey returns an ed25519.PublicKey or *ecdsa.PublicKey on P-256 as a key of this package. The error wraps ErrKey.
func NewPublicKey(key crypto.PublicKey) (PublicKey, error) {
	k := PublicKey{}
	algorithm := cose.AlgorithmEdDSA
	switch typed := key.(type) {
	case ed25519.PublicKey:
		if len(typed) != ed25519.PublicKeySize || hasSmallOrder(typed) {
			return PublicKey{}, fmt.Errorf("%w: signatures under this Ed25519 key can be made without its private half", ErrKey)
		}
	case *ecdsa.PublicKey:
		if typed.Curve != elliptic.P256() {
			return PublicKey{}, fmt.Errorf("%w: the curve is not P-256", ErrKey)
		}
		algorithm = cose.AlgorithmES256
		k.lowHalf = new(big.Int).Rsh(typed.Params().N, 1)
	default:
		return PublicKey{}, fmt.Errorf("%w: neither Ed25519 nor P-256", ErrKey)
	}
	var err error
	if k.verifier, err = cose.NewVerifier(algorithm, key); err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if k.der, err = x509.MarshalPKIXPublicKey(key); err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	k.id = sha256.Sum256(k.der)
	return k, nil
}

// ID returns the key's id.
func (k PublicKey) ID() KeyID { return k.id }

// DER returns the SubjectPublicKeyInfo.
func (k PublicKey) DER() []byte { return bytes.Clone(k.der) }

// Algorithm returns "EdDSA" or "ES256".
func (k PublicKey) Algorithm() string {
	if k.verifier == nil {
		return ""
	}
	return k.verifier.Algorithm().String()
}

// verify checks a signature of content in the one form that it has. A signature of ES256 is r and s in 32 bytes each.
func (k PublicKey) verify(content, signature []byte) error {
	if err := k.verifier.Verify(content, signature); err != nil {
		return err
	}
	if k.lowHalf != nil && new(big.Int).SetBytes(signature[len(signature)/2:]).Cmp(k.lowHalf) > 0 {
		return errUpperHalf
	}
	return nil
}

// hasSmallOrder reports whether an Ed25519 key is one of the points whose order divides 8, in any encoding: for them a
// signature of nearly any message can be made by anybody. The sign bit does not matter.
func hasSmallOrder(key ed25519.PublicKey) bool {
	for _, weak := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		unsigned := bytes.Clone(key)
		unsigned[len(unsigned)-1] &= 0x7f
		if hex.EncodeToString(unsigned) == weak {
			return true
		}
	}
	return false
}
