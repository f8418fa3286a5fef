package model

import (
	"crypto/ed25519"
	"encoding/binary"
	"math"
	"strconv"
	"time"
)

// MaxWitnesses bounds the members that are witnesses at one time, so that their
// cosignatures and others' signatures fit into one note.
const MaxWitnesses = 64

const timestampBytes = 8

// Quorum returns how many of the witnesses must cosign: more than half of them,
// and none as long as there are none.
func Quorum(witnesses int) int {
	if witnesses == 0 {
		return 0
	}
	return witnesses/2 + 1
}

// VerifyQuorum checks that a Quorum of the witnesses, whose keys are distinct, has
// cosigned the checkpoint at times from earliest to latest, compared in whole
// seconds. A witness counts once however often it signed, and a cosignature with
// another time not at all; lines of other keys are ignored.
//
// A line of a witness's key that does not verify is a COSIGNATURE_INVALID even if
// others suffice: a reader who trusts this witness would refuse the whole note, and
// the ledger must not hold one that readers refuse. Too few is a
// TOO_FEW_COSIGNATURES.
func (n Note) VerifyQuorum(witnesses []WitnessKey, earliest, latest time.Time) error {
	counted := make(map[WitnessKey]bool, len(witnesses))
	untimely := 0
	for i, s := range n.signatures {
		key, known, ok := s.cosigner(n.text, witnesses)
		switch {
		case !known:
		case !ok:
			return Errorf(ReasonCosignatureInvalid, "signature line %d is of a witness and does not verify", i+1)
		case s.seconds() < earliest.Unix() || s.seconds() > latest.Unix():
			untimely++
		default:
			counted[key] = true
		}
	}
	if need := Quorum(len(witnesses)); len(counted) < need {
		return Errorf(ReasonTooFewCosignatures, "%d of %d witnesses cosigned in time, %d must; %d cosignatures are out of time",
			len(counted), len(witnesses), need, untimely)
	}
	return nil
}

// cosigner returns the witness whose key verifies s. known is false if no key has
// the name and the ID of the line. IDs are short and can collide on purpose, so
// every key that fits gets its chance.
func (s signature) cosigner(text string, witnesses []WitnessKey) (key WitnessKey, known, ok bool) {
	for _, key := range witnesses {
		if key.Name != s.name || key.ID() != s.keyID {
			continue
		}
		known = true
		if s.verify(text, key.Public) {
			return key, true, true
		}
	}
	return WitnessKey{}, known, false
}

// verify checks s as a cosignature/v1 of c2sp.org/tlog-cosignature: the time, 8
// bytes in seconds since 1970, and the signature of time and text.
func (s signature) verify(text string, public [ed25519.PublicKeySize]byte) bool {
	if len(s.bytes) != timestampBytes+ed25519.SignatureSize || s.seconds() <= 0 {
		return false
	}
	message := "cosignature/v1\ntime " + strconv.FormatInt(s.seconds(), 10) + "\n" + text
	return ed25519.Verify(public[:], []byte(message), s.bytes[timestampBytes:])
}

// seconds returns the time of a cosignature, or zero if it is beyond 63 bits.
func (s signature) seconds() int64 {
	seconds := binary.BigEndian.Uint64(s.bytes)
	if seconds > math.MaxInt64 {
		return 0
	}
	return int64(seconds)
}
