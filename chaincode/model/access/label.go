package access

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const (
	labelFormat    = "pcc-capsule/v1"
	capsulesFormat = "pcc-capsules/v1"
)

// Limits of a batch of capsules.
const (
	MaxCapsules      = 500
	MaxCapsulesBytes = 128 << 10
)

// Label is what a capsule is bound to: its text goes into the capsule's proof, so
// that under another label the capsule does not open.
type Label struct {
	Policy    PolicyID
	Class     Class
	Writer    string // member id
	KeyNumber uint64 // of the collective key it is made for, from 1
}

// Canonical returns the one encoding of l:
//
//	pcc-capsule/v1
//	<policy id>
//	<class>
//	<writer>
//	<key number>
func (l Label) Canonical() ([]byte, error) { return canonicalText(l, MaxRecordBytes) }

// ParseLabel decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseLabel(text []byte) (Label, error) {
	return parse(text, labelFormat, MaxRecordBytes, func(l *canonical.Lines) Label {
		return Label{
			Policy: PolicyID(l.Next("policy id")), Class: Class(l.Next("class")), Writer: l.Next("writer"),
			KeyNumber: l.Uint("key number"),
		}
	})
}

func (l Label) encode() string {
	return text(labelFormat, string(l.Policy), string(l.Class), l.Writer, decimal(l.KeyNumber))
}

func (l Label) validate() error {
	switch {
	case !l.Policy.Valid():
		return malformed("label: malformed policy id")
	case !slices.Contains(Classes(), l.Class):
		return malformed("label: unknown class")
	case !isMemberID(l.Writer):
		return malformed("label: malformed writer")
	case l.KeyNumber == 0:
		return malformed("label: keys are numbered from 1")
	}
	return nil
}

// CapsuleHash names a capsule with its label: SHA-256(label's text || capsule).
func CapsuleHash(label Label, capsule []byte) (model.Hash, error) {
	text, err := label.Canonical()
	if err != nil {
		return model.Hash{}, err
	}
	return sha256.Sum256(append(text, capsule...)), nil
}

// Registration is one capsule on the ledger.
type Registration struct {
	Hash  model.Hash // CapsuleHash
	Label Label
}

// Capsules are those that one transaction registers, in the order of their hashes,
// each once.
type Capsules []Registration

// Canonical returns the one encoding of a batch that is not empty:
//
//	pcc-capsules/v1
//	<hash, hexadecimal> <policy id> <class> <writer> <key number>     (one line each)
func (c Capsules) Canonical() ([]byte, error) { return canonicalText(c, MaxCapsulesBytes) }

// Hash returns the SHA-256 of c's canonical text, or the error of Canonical.
func (c Capsules) Hash() (model.Hash, error) { return hashOf(c, MaxCapsulesBytes) }

// ParseCapsules decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseCapsules(text []byte) (Capsules, error) {
	return parse(text, capsulesFormat, MaxCapsulesBytes, func(l *canonical.Lines) (all Capsules) {
		for l.More() && len(all) <= MaxCapsules {
			f := l.Fields("capsule", 5)
			all = append(all, Registration{
				Hash:  parseHex(l, "capsule", f[0]),
				Label: Label{Policy: PolicyID(f[1]), Class: Class(f[2]), Writer: f[3], KeyNumber: l.ParseUint("key number", f[4])},
			})
		}
		return all
	})
}

func (c Capsules) encode() string {
	lines := []string{capsulesFormat}
	for _, r := range c {
		lines = append(lines, strings.Join([]string{
			r.Hash.String(), string(r.Label.Policy), string(r.Label.Class), r.Label.Writer, decimal(r.Label.KeyNumber),
		}, " "))
	}
	return text(lines...)
}

func (c Capsules) validate() error {
	if len(c) == 0 || len(c) > MaxCapsules {
		return malformed("capsules: %d of them, at least 1 and at most %d are allowed", len(c), MaxCapsules)
	}
	for i, r := range c {
		if err := r.Label.validate(); err != nil {
			return err
		}
		if r.Hash.IsZero() || i > 0 && bytes.Compare(c[i-1].Hash[:], r.Hash[:]) >= 0 {
			return malformed("capsules: not in the order of their hashes, each once, at %d", i+1)
		}
	}
	return nil
}
