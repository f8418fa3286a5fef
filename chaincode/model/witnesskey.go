package model

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const (
	// MaxKeyNameBytes bounds the name of a key, and a log's origin.
	MaxKeyNameBytes = 128

	keyIDBytes      = 4
	typeCosignature = 0x04 // c2sp.org/signed-note: Ed25519 cosignature/v1
)

// WitnessKey is what a member's cosignatures are verified by: a verifier key of
// c2sp.org/signed-note with type 0x04.
type WitnessKey struct {
	Name   string // a-z, 0-9, '.', '/' and '-', at most MaxKeyNameBytes
	Public [ed25519.PublicKeySize]byte
}

// ParseWitnessKey decodes <name>+<ID, 8 hex digits>+base64(0x04 || public key). Any
// other text is a MALFORMED_RECORD, a valid key in another form too.
func ParseWitnessKey(text string) (WitnessKey, error) {
	fields := strings.SplitN(text, "+", 3)
	if len(fields) != 3 || !canonical.IsName(fields[0], MaxKeyNameBytes, isKeyNameByte) {
		return WitnessKey{}, Errorf(ReasonMalformed, "witness key: malformed name")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(fields[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != typeCosignature {
		return WitnessKey{}, Errorf(ReasonMalformed, "witness key: not a cosignature/v1 key")
	}
	k := WitnessKey{Name: fields[0], Public: [ed25519.PublicKeySize]byte(raw[1:])}
	if k.String() != text {
		return WitnessKey{}, Errorf(ReasonMalformed, "witness key: the ID %s is not its own, or not in canonical form", strconv.Quote(fields[1]))
	}
	return k, nil
}

// ID is the key's ID in a note's signature lines: the first bytes of a hash over
// name and public key.
func (k WitnessKey) ID() uint32 {
	sum := sha256.Sum256(append([]byte(k.Name+"\n"), k.typed()...))
	return binary.BigEndian.Uint32(sum[:])
}

// String returns the verifier key, the text that ParseWitnessKey decodes.
func (k WitnessKey) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.Name, k.ID(), base64.StdEncoding.EncodeToString(k.typed()))
}

func (k WitnessKey) typed() []byte { return append([]byte{typeCosignature}, k.Public[:]...) }

func isKeyNameByte(c byte) bool { return isStreamByte(c) || c == '.' }
