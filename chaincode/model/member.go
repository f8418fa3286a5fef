package model

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const memberFormat = "pcc-member/v2"

const noWitnessKey = "-"

// Limits of a member record.
const (
	MaxMemberIDBytes = 64      // bytes of a member's id
	MaxMSPIDBytes    = 64      // bytes of an MSP id
	MaxMemberBytes   = 1 << 10 // bytes of a canonical member record; above what its fields can reach
)

// Class is the trade of a member. The list is closed.
type Class string

// The classes of members.
const (
	ClassMaker            Class = "maker"
	ClassInsurer          Class = "insurer"
	ClassGarage           Class = "garage"
	ClassInspectionCentre Class = "inspection_centre"
	ClassDealer           Class = "dealer"
	ClassFleet            Class = "fleet"
	ClassAuthority        Class = "authority"
)

// Classes returns all classes in a fixed order.
func Classes() []Class {
	return []Class{ClassMaker, ClassInsurer, ClassGarage, ClassInspectionCentre, ClassDealer, ClassFleet, ClassAuthority}
}

// Status is a member's standing. The list is closed.
type Status string

// The standings of members:
//
//	active <-> suspended, active -> left, suspended -> left; left is final.
const (
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended"
	StatusLeft      Status = "left"
)

// MemberRecord is one version of a member organisation's entry in the directory.
type MemberRecord struct {
	ID           string // such as "oem": a-z, 0-9 and '-', at most MaxMemberIDBytes
	MSPID        string // Fabric identity of the organisation: letters, digits, '.' and '-', at most MaxMSPIDBytes
	Class        Class
	Status       Status
	CARootSHA256 Hash   // SHA-256 of the DER root certificate of the organisation's MSP
	Version      uint64 // 1 at registration, then without gaps
	PreviousHash Hash   // hash of version Version-1; zero at registration
	WitnessKey   string // canonical WitnessKey that the member cosigns epochs by; empty if it is no witness
}

// Canonical returns the one encoding of r:
//
//	pcc-member/v2
//	<id>
//	<msp id>
//	<class>
//	<status>
//	<CA root SHA-256, base64>
//	<version>
//	<previous hash, base64>
//	<witness key, or - if there is none>
//
// It returns a MALFORMED_RECORD error if r breaks a rule of its own.
func (r MemberRecord) Canonical() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return r.encode(), nil
}

// Hash returns the SHA-256 of r's canonical bytes, or the error of Canonical.
func (r MemberRecord) Hash() (Hash, error) {
	canonical, err := r.Canonical()
	if err != nil {
		return Hash{}, err
	}
	return sha256.Sum256(canonical), nil
}

// ParseMember decodes canonical text. Any other text, even one that differs in a
// single byte of form, is a MALFORMED_RECORD.
func ParseMember(text []byte) (MemberRecord, error) {
	if len(text) > MaxMemberBytes {
		return MemberRecord{}, Errorf(ReasonMalformed, "member record of %d bytes, at most %d are allowed", len(text), MaxMemberBytes)
	}
	l := canonical.Read(text)
	l.Literal(memberFormat)
	r := MemberRecord{
		ID:           l.Next("id"),
		MSPID:        l.Next("MSP id"),
		Class:        Class(l.Next("class")),
		Status:       Status(l.Next("status")),
		CARootSHA256: l.Digest("CA root"),
		Version:      l.Uint("version"),
		PreviousHash: l.Digest("previous hash"),
		WitnessKey:   l.Next("witness key"),
	}
	if r.WitnessKey == noWitnessKey {
		r.WitnessKey = ""
	}
	if err := l.Err(); err != nil {
		return MemberRecord{}, Errorf(ReasonMalformed, "%v", err)
	}
	if err := r.validate(); err != nil {
		return MemberRecord{}, err
	}
	if string(r.encode()) != string(text) {
		return MemberRecord{}, Errorf(ReasonMalformed, "member %s is not in canonical form", r.ID)
	}
	return r, nil
}

func (r MemberRecord) encode() []byte {
	return []byte(strings.Join([]string{
		memberFormat, r.ID, r.MSPID, string(r.Class), string(r.Status), r.CARootSHA256.base64(),
		strconv.FormatUint(r.Version, 10), r.PreviousHash.base64(), cmp.Or(r.WitnessKey, noWitnessKey), "",
	}, "\n"))
}

// validate checks what can be judged without the previous version.
func (r MemberRecord) validate() error {
	switch {
	case !canonical.IsName(r.ID, MaxMemberIDBytes, canonical.IsIDByte):
		return Errorf(ReasonMalformed, "malformed member id")
	case !canonical.IsName(r.MSPID, MaxMSPIDBytes, canonical.IsMSPByte):
		return Errorf(ReasonMalformed, "member %s: malformed MSP id", r.ID)
	case !slices.Contains(Classes(), r.Class):
		return Errorf(ReasonMalformed, "member %s: unknown class", r.ID)
	case r.Status != StatusActive && r.Status != StatusSuspended && r.Status != StatusLeft:
		return Errorf(ReasonMalformed, "member %s: unknown status", r.ID)
	case r.CARootSHA256.IsZero():
		return Errorf(ReasonMalformed, "member %s: no CA root", r.ID)
	case r.Version == 0:
		return Errorf(ReasonMalformed, "member %s: versions are numbered from 1", r.ID)
	case (r.Version == 1) != r.PreviousHash.IsZero():
		return Errorf(ReasonMalformed, "member %s: the previous hash is zero at registration and never after", r.ID)
	case r.WitnessKey != "":
		_, err := ParseWitnessKey(r.WitnessKey)
		return err
	}
	return nil
}
