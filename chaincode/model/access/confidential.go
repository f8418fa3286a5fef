package access

import (
	"cmp"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const tableFormat = "pcc-confidential/v1"

// Limits of the table.
const (
	MaxConfidentialFields = 100
	maxFieldNameBytes     = 64
)

// ConfidentialTable is one version of the list of fields that only ciphertext may
// hold. It is signed by those who decide for the Consortium.
type ConfidentialTable struct {
	Version      uint64              // 1 for the first, then without gaps
	PreviousHash model.Hash          // hash of version Version-1; zero for the first
	Fields       []ConfidentialField // in byte order, each once
}

// ConfidentialField is one field of one type of event.
type ConfidentialField struct {
	EventType string // such as "pcc.events.v1.Repair"
	Field     string // such as "note"
}

// Canonical returns the one encoding of t:
//
//	pcc-confidential/v1
//	<version>
//	<previous hash, base64>
//	<type of event> <field>     (one line each)
func (t ConfidentialTable) Canonical() ([]byte, error) { return canonicalText(t, MaxRecordBytes) }

// Hash returns the SHA-256 of t's canonical text, or the error of Canonical.
func (t ConfidentialTable) Hash() (model.Hash, error) { return hashOf(t, MaxRecordBytes) }

// ParseConfidentialTable decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseConfidentialTable(text []byte) (ConfidentialTable, error) {
	return parse(text, tableFormat, MaxRecordBytes, func(l *canonical.Lines) ConfidentialTable {
		t := ConfidentialTable{Version: l.Uint("version"), PreviousHash: l.Digest("previous hash")}
		for l.More() && len(t.Fields) <= MaxConfidentialFields {
			f := l.Fields("field", 2)
			t.Fields = append(t.Fields, ConfidentialField{EventType: f[0], Field: f[1]})
		}
		return t
	})
}

// CheckNext returns nil if next may follow t as far as their texts tell; the zero
// table stands before the first.
func (t ConfidentialTable) CheckNext(next ConfidentialTable) error {
	if err := next.validate(); err != nil {
		return err
	}
	if next.Version != t.Version+1 {
		return model.Errorf(model.ReasonVersionNotNext, "version %d of the table does not follow %d", next.Version, t.Version)
	}
	if t.Version == 0 {
		return nil
	}
	hash, err := t.Hash()
	if err != nil {
		return err
	}
	if next.PreviousHash != hash {
		return model.Errorf(model.ReasonPreviousMismatch, "version %d of the table does not name the hash of version %d", next.Version, t.Version)
	}
	return nil
}

func (t ConfidentialTable) encode() string {
	lines := []string{tableFormat, decimal(t.Version), encode64(t.PreviousHash[:])}
	for _, f := range t.Fields {
		lines = append(lines, f.EventType+" "+f.Field)
	}
	return text(lines...)
}

func (t ConfidentialTable) validate() error {
	switch {
	case t.Version == 0:
		return malformed("table: versions are numbered from 1")
	case (t.Version == 1) != t.PreviousHash.IsZero():
		return malformed("table: the previous hash is zero in the first version and never after")
	case len(t.Fields) > MaxConfidentialFields:
		return malformed("table: %d fields, at most %d are allowed", len(t.Fields), MaxConfidentialFields)
	}
	for i, f := range t.Fields {
		if !canonical.IsName(f.EventType, maxFieldNameBytes, isEventTypeByte) || !canonical.IsName(f.Field, maxFieldNameBytes, isFieldByte) {
			return malformed("table: malformed line %d", i+1)
		}
		if i > 0 && t.Fields[i-1].compare(f) >= 0 {
			return malformed("table: not in order, each once, at %d", i+1)
		}
	}
	return nil
}

func (f ConfidentialField) compare(g ConfidentialField) int {
	return cmp.Or(strings.Compare(f.EventType, g.EventType), strings.Compare(f.Field, g.Field))
}

func isEventTypeByte(c byte) bool { return canonical.IsMSPByte(c) }

func isFieldByte(c byte) bool { return canonical.IsIDByte(c) || c == '_' }
