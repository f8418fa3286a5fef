package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// ErrRefused says that a document, or a pair of checkpoints, proves no equivocation of the log.
var ErrRefused = errors.New("evidence: proves no equivocation")

// Format is the first member of every document of this version.
const Format = "pcc-equivocation/v1"

// MaxBytes bounds a document: two notes and a consistency proof, escaped.
const MaxBytes = 4*checkpoint.MaxNoteBytes + 16<<10

// MaxProof bounds the hashes of a consistency proof; c2sp.org/tlog-witness has the same bound.
const MaxProof = 63

// Kind says how two checkpoints contradict each other.
type Kind string

// The kinds of contradiction.
const (
	SameSize Kind = "same-size"
	Prefix   Kind = "prefix"
)

// Evidence is a verified finding.
type Evidence struct {
	Kind Kind
	// First and Second cannot be of one tree; First is not the larger.
	First, Second checkpoint.Signed
}

type document struct {
	Format      string   `json:"format"`
	Kind        Kind     `json:"kind"`
	Origin      string   `json:"origin"`
	First       string   `json:"first"`
	Second      string   `json:"second"`
	PrefixRoot  []byte   `json:"prefix_root,omitempty"`
	Consistency [][]byte `json:"consistency,omitempty"`
}

// OfSameSize returns the document of two checkpoints of one size and different roots, or [ErrRefused].
func OfSameSize(log checkpoint.Log, a, b checkpoint.Signed) ([]byte, error) {
	if string(a.Note) > string(b.Note) {
		a, b = b, a
	}
	return finish(log, document{Kind: SameSize, First: string(a.Note), Second: string(b.Note)})
}

// OfPrefix returns the document of a smaller checkpoint that is no beginning of a larger one: path leads from the root of
// the larger tree's leaves, as far as the size of the smaller, to the larger. The error wraps [ErrRefused].
func OfPrefix(log checkpoint.Log, smaller, larger checkpoint.Signed, root proof.Hash, path []proof.Hash) ([]byte, error) {
	d := document{Kind: Prefix, First: string(smaller.Note), Second: string(larger.Note), PrefixRoot: root[:]}
	for _, h := range path {
		d.Consistency = append(d.Consistency, h[:])
	}
	return finish(log, d)
}

// ID is the name of a document.
func ID(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}

// Verify checks a document against the log that it accuses, of which the reader knows origin and keys from elsewhere. The
// error wraps [ErrRefused].
func Verify(doc []byte, log checkpoint.Log) (Evidence, error) {
	d, err := parse(doc)
	if err != nil {
		return Evidence{}, err
	}
	if d.Format != Format || d.Origin != log.Origin {
		return Evidence{}, fmt.Errorf("%w: format %q of the log %q", ErrRefused, d.Format, d.Origin)
	}
	first, err := log.Open([]byte(d.First))
	if err != nil {
		return Evidence{}, fmt.Errorf("%w: first note: %w", ErrRefused, err)
	}
	second, err := log.Open([]byte(d.Second))
	if err != nil {
		return Evidence{}, fmt.Errorf("%w: second note: %w", ErrRefused, err)
	}
	if err := d.contradiction(first, second); err != nil {
		return Evidence{}, err
	}
	return Evidence{Kind: d.Kind, First: first, Second: second}, nil
}

// finish encodes a document and holds it to what every reader will.
func finish(log checkpoint.Log, d document) ([]byte, error) {
	d.Format, d.Origin = Format, log.Origin
	doc, err := d.encode()
	if err != nil {
		return nil, err
	}
	if _, err := Verify(doc, log); err != nil {
		return nil, err
	}
	return doc, nil
}

func (d document) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("evidence: encode: %w", err)
	}
	return b.Bytes(), nil
}

// parse reads a document and refuses every encoding but the canonical one.
func parse(doc []byte) (document, error) {
	var d document
	if len(doc) > MaxBytes {
		return d, fmt.Errorf("%w: more than %d bytes", ErrRefused, MaxBytes)
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return d, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	canonical, err := d.encode()
	if err != nil {
		return d, err
	}
	if !bytes.Equal(canonical, doc) {
		return d, fmt.Errorf("%w: not in the canonical form", ErrRefused)
	}
	return d, nil
}

func (d document) contradiction(first, second checkpoint.Signed) error {
	switch d.Kind {
	case SameSize:
		if len(d.PrefixRoot)+len(d.Consistency) > 0 || first.Size != second.Size || first.Root == second.Root {
			return fmt.Errorf("%w: not two roots of one size", ErrRefused)
		}
		return nil
	case Prefix:
		root, path, err := d.proof()
		if err != nil {
			return err
		}
		if first.Size >= second.Size || root == first.Root {
			return fmt.Errorf("%w: the smaller tree is the beginning of the larger", ErrRefused)
		}
		if err := proof.VerifyConsistency(path, first.Size, second.Size, root, second.Root); err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		return nil
	default:
		return fmt.Errorf("%w: kind %q", ErrRefused, d.Kind)
	}
}

func (d document) proof() (root proof.Hash, path []proof.Hash, err error) {
	if len(d.Consistency) > MaxProof || len(d.PrefixRoot) != len(root) {
		return root, nil, fmt.Errorf("%w: no proof", ErrRefused)
	}
	for _, h := range d.Consistency {
		if len(h) != len(root) {
			return root, nil, fmt.Errorf("%w: no proof", ErrRefused)
		}
		path = append(path, proof.Hash(h))
	}
	return proof.Hash(d.PrefixRoot), path, nil
}
