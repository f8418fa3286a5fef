package access

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

// Identity is who can satisfy an expression, in canonical text:
//
//	member:<member id>
//	msp:<MSP id>
//	key:ed25519:<public key, 32 bytes, base64url without padding>
//	key:p256:<public key, 65 bytes uncompressed, base64url without padding>
type Identity string

// AnyMember is satisfied by every member; it stands in expressions only.
const AnyMember Identity = "member:*"

const (
	memberPrefix  = "member:"
	mspPrefix     = "msp:"
	keyPrefix     = "key:"
	ed25519Prefix = keyPrefix + "ed25519:"
	p256Prefix    = keyPrefix + "p256:"

	signatureBytes = 64
	p256PointBytes = 65
)

// Member is the identity of a member.
func Member(id string) Identity { return Identity(memberPrefix + id) }

// MSP is the identity of an organisation on the ledger.
func MSP(id string) Identity { return Identity(mspPrefix + id) }

// Ed25519Key is the identity of an Ed25519 key.
func Ed25519Key(public ed25519.PublicKey) Identity {
	return Identity(ed25519Prefix + base64.RawURLEncoding.EncodeToString(public))
}

// P256Key is the identity of a P-256 key, given as 65 bytes, uncompressed.
func P256Key(point []byte) Identity {
	return Identity(p256Prefix + base64.RawURLEncoding.EncodeToString(point))
}

// MemberID returns the member's id if i is a member.
func (i Identity) MemberID() (string, bool) {
	id, found := strings.CutPrefix(string(i), memberPrefix)
	return id, found && isMemberID(id)
}

// IsKey reports whether i is a well-formed key.
func (i Identity) IsKey() bool {
	if raw, ok := i.keyBytes(ed25519Prefix); ok {
		return len(raw) == ed25519.PublicKeySize
	}
	raw, ok := i.keyBytes(p256Prefix)
	if !ok || len(raw) != p256PointBytes {
		return false
	}
	_, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	return err == nil
}

// Ed25519 returns the public key if i is an Ed25519 key.
func (i Identity) Ed25519() (ed25519.PublicKey, bool) {
	raw, ok := i.keyBytes(ed25519Prefix)
	return raw, ok && len(raw) == ed25519.PublicKeySize
}

// Valid reports whether i is an identity in canonical text.
func (i Identity) Valid() bool {
	if msp, found := strings.CutPrefix(string(i), mspPrefix); found {
		return canonical.IsName(msp, model.MaxMSPIDBytes, canonical.IsMSPByte)
	}
	_, isMember := i.MemberID()
	return isMember || i.IsKey()
}

// Verify reports whether signature is one of the key i over a digest of 32 bytes:
// Ed25519 signs the digest as its message; P-256 takes it as the hash, and the
// signature is r || s, 64 bytes. It is false for what is not a key.
func (i Identity) Verify(digest model.Hash, signature []byte) bool {
	if len(signature) != signatureBytes || !i.IsKey() {
		return false
	}
	if raw, ok := i.keyBytes(ed25519Prefix); ok {
		return ed25519.Verify(raw, digest[:], signature)
	}
	raw, _ := i.keyBytes(p256Prefix)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:signatureBytes/2]), new(big.Int).SetBytes(signature[signatureBytes/2:])
	return ecdsa.Verify(public, digest[:], r, s)
}

// keyBytes returns the public key after a prefix. Encoding again tells the one form,
// because the decoder skips line breaks.
func (i Identity) keyBytes(prefix string) ([]byte, bool) {
	encoded, found := strings.CutPrefix(string(i), prefix)
	if !found {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	return raw, err == nil && base64.RawURLEncoding.EncodeToString(raw) == encoded
}

// Identities are those that are satisfied, without order.
type Identities []Identity

// Has reports whether i is among them; AnyMember is, if a member is.
func (s Identities) Has(i Identity) bool {
	if i != AnyMember {
		return slices.Contains(s, i)
	}
	return slices.ContainsFunc(s, func(have Identity) bool { return strings.HasPrefix(string(have), memberPrefix) })
}
