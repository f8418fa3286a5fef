package access

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const proposalFormat = "pcc-key-proposal/v1"

// MaxTrustees bounds those that hold shares of one key.
const MaxTrustees = 64

// KeyPurpose is what a collective key is for. The list is closed.
type KeyPurpose string

// The purposes of collective keys.
const (
	KeyForAccess KeyPurpose = "access" // opens capsules
	KeyForTags   KeyPurpose = "tag"    // derives the tags of VINs
)

// KeyPurposes returns all purposes of keys.
func KeyPurposes() []KeyPurpose { return []KeyPurpose{KeyForAccess, KeyForTags} }

// KeyProposal is what the consortium asks trustees to make: a new key, or the next
// epoch of one there is, whose shares then are new and whose public key stays. It is
// signed by those who decide for the Consortium. Only the last attempt for a key
// counts. Its hash names the session in which the trustees make the key.
type KeyProposal struct {
	Purpose   KeyPurpose
	KeyNumber uint64 // from 1 without gaps, for each purpose
	Attempt   uint64 // of the proposals for this key, from 1 without gaps
	Epoch     uint64 // of the key, from 1 without gaps
	Threshold uint64 // shares that are needed
	Seats     []Seat // in the order of their trustees
}

// Seat is the place of a trustee among those that hold shares.
type Seat struct {
	Trustee string
	Index   uint64 // from 1 to MaxTrustees, of one trustee alone; gaps are allowed
}

// Canonical returns the one encoding of p:
//
//	pcc-key-proposal/v1
//	<purpose>
//	<key number>
//	<attempt>
//	<epoch>
//	<threshold>
//	<trustee id> <index>     (one line a trustee)
func (p KeyProposal) Canonical() ([]byte, error) { return canonicalText(p, MaxRecordBytes) }

// Hash returns the SHA-256 of p's canonical text, or the error of Canonical.
func (p KeyProposal) Hash() (model.Hash, error) { return hashOf(p, MaxRecordBytes) }

// ParseKeyProposal decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseKeyProposal(text []byte) (KeyProposal, error) {
	return parse(text, proposalFormat, MaxRecordBytes, func(l *canonical.Lines) KeyProposal {
		p := KeyProposal{
			Purpose: KeyPurpose(l.Next("purpose")), KeyNumber: l.Uint("key number"), Attempt: l.Uint("attempt"),
			Epoch: l.Uint("epoch"), Threshold: l.Uint("threshold"),
		}
		for l.More() && len(p.Seats) <= MaxTrustees {
			f := l.Fields("seat", 2)
			p.Seats = append(p.Seats, Seat{Trustee: f[0], Index: l.ParseUint("index", f[1])})
		}
		return p
	})
}

func (p KeyProposal) encode() string {
	lines := []string{
		proposalFormat, string(p.Purpose), decimal(p.KeyNumber), decimal(p.Attempt), decimal(p.Epoch), decimal(p.Threshold),
	}
	for _, s := range p.Seats {
		lines = append(lines, s.encode())
	}
	return text(lines...)
}

func (s Seat) encode() string { return s.Trustee + " " + strconv.FormatUint(s.Index, 10) }

func (p KeyProposal) validate() error {
	if p.Attempt == 0 {
		return malformed("key: attempts are numbered from 1")
	}
	return validateKey(p.Purpose, p.KeyNumber, p.Epoch, p.Threshold, p.Seats)
}

// validateKey checks what proposals and sets have in common.
func validateKey(purpose KeyPurpose, number, epoch, threshold uint64, seats []Seat) error {
	switch {
	case !slices.Contains(KeyPurposes(), purpose):
		return malformed("key: unknown purpose")
	case number == 0 || epoch == 0:
		return malformed("key: keys and epochs are numbered from 1")
	case len(seats) == 0 || len(seats) > MaxTrustees:
		return malformed("key: %d trustees, at least 1 and at most %d are allowed", len(seats), MaxTrustees)
	case threshold == 0 || threshold > uint64(len(seats)):
		return malformed("key: the threshold is not between 1 and the number of trustees")
	}
	var taken [MaxTrustees + 1]bool
	for i, s := range seats {
		switch {
		case !isTrusteeID(s.Trustee) || i > 0 && strings.Compare(seats[i-1].Trustee, s.Trustee) >= 0:
			return malformed("key: trustees are malformed or not in order, each once")
		case s.Index == 0 || s.Index > MaxTrustees || taken[s.Index]:
			return malformed("key: indices are out of range or not of one trustee alone")
		}
		taken[s.Index] = true
	}
	return nil
}
