package verify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Schema is the version of the document that this package reads and writes.
const Schema = "pcc-proof/v2"

// Limits of a document.
const (
	MaxDocumentBytes = 64 << 20
	MaxEvents        = 10_000
	MaxEndorsements  = 64
	// maxPath bounds the hashes of an inclusion proof: the depth of the largest tree.
	maxPath = 64
)

// Document is a proof document, see the package documentation.
type Document struct {
	Schema   string `json:"schema"`
	Passport string `json:"passport"`
	// Tag is the vehicle's public tag, 32 bytes. With an event's class it makes
	// the key that the event was journaled under.
	Tag         []byte    `json:"tag"`
	GeneratedAt time.Time `json:"generated_at"`
	Epoch       Epoch     `json:"epoch"`
	Streams     []Stream  `json:"streams"`
	Events      []Event   `json:"events"`
}

// Epoch is the record on the ledger that the document rests on.
type Epoch struct {
	// Record is the canonical text of a model.EpochRecord.
	Record       string        `json:"record"`
	Transaction  Transaction   `json:"transaction"`
	Endorsements []Endorsement `json:"endorsements"`
}

// Transaction says where on the ledger to look for the record.
type Transaction struct {
	ID        string `json:"id"`
	Channel   string `json:"channel"`
	Chaincode string `json:"chaincode"`
	Block     uint64 `json:"block"`
}

// Endorsement is one peer's signature, as package chaincode/endorsement takes it.
type Endorsement struct {
	MSPID string `json:"msp_id"`
	// Certificate is PEM, byte for byte as in the signed identity.
	Certificate string `json:"certificate"`
	Signature   []byte `json:"signature"`
	Signed      []byte `json:"signed"`
}

// Stream is the checkpoint of a journal stream.
type Stream struct {
	Stream string `json:"stream"`
	Size   uint64 `json:"size"`
	Root   []byte `json:"root"`
}

// Event is one journaled event with its proof.
type Event struct {
	Stream string `json:"stream"`
	// Seq is the entry's number in the stream, from 0.
	Seq uint64 `json:"seq"`
	// Leaf is the exact frame that was journaled; the stream's entry commits to
	// it and to the list of the vehicle and class.
	Leaf []byte `json:"leaf"`
	// Proof holds hashes of 32 bytes, from the leaf to the root.
	Proof [][]byte `json:"proof"`
	// Signature is what verifies the signature that the leaf names, nil when it
	// names none.
	Signature *Signature `json:"signature,omitempty"`
	// View is what people are shown of the event.
	View json.RawMessage `json:"event"`
}

// Signature is a source's statement and an event's way to it.
type Signature struct {
	// Statement is the sealed statement, whose hash the leaf names.
	Statement []byte `json:"statement"`
	// Path holds hashes of 32 bytes, from the event to the statement's root.
	Path [][]byte `json:"path"`
}

// Encode writes a document in the one form that [Verify] accepts, indented for
// reading: it puts streams, events and the fields of each view in order.
func Encode(d Document) ([]byte, error) {
	d.Streams, d.Events = slices.Clone(d.Streams), slices.Clone(d.Events)
	slices.SortFunc(d.Streams, func(a, b Stream) int { return strings.Compare(a.Stream, b.Stream) })
	slices.SortFunc(d.Events, func(a, b Event) int {
		return cmp.Or(strings.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
	})
	for i, e := range d.Events {
		view, err := canonicalJSON(e.View)
		if err != nil {
			return nil, fmt.Errorf("verify: encode event %d: %w", i, err)
		}
		d.Events[i].View = view
		if e.Proof == nil { // the only entry of a stream has the empty path, not none
			d.Events[i].Proof = [][]byte{}
		}
		if s := e.Signature; s != nil && s.Path == nil { // so has the only event of a statement
			d.Events[i].Signature = &Signature{Statement: s.Statement, Path: [][]byte{}}
		}
	}
	compact, err := marshal(d)
	if err != nil {
		return nil, fmt.Errorf("verify: encode: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return nil, fmt.Errorf("verify: encode: %w", err)
	}
	return append(indented.Bytes(), '\n'), nil
}

// parseDocument accepts what Encode writes, up to white space between tokens.
func parseDocument(text []byte) (Document, error) {
	var d Document
	if len(text) > MaxDocumentBytes {
		return d, refuse(ReasonDocumentMalformed, "document", "%d bytes, at most %d are read", len(text), MaxDocumentBytes)
	}
	var header struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return d, refuse(ReasonDocumentMalformed, "document", "%w", err)
	}
	if header.Schema != Schema {
		return d, refuse(ReasonSchemaUnknown, "schema", "%.40q is not %q", header.Schema, Schema)
	}
	if err := decodeOne(text, &d); err != nil {
		return d, refuse(ReasonDocumentMalformed, "document", "%w", err)
	}
	return d, checkEncoding(text, d)
}

// checkEncoding refuses what the decoder is lenient about: spelling and
// repetition of fields, escapes, base64 with bits to spare, missing fields.
func checkEncoding(text []byte, d Document) error {
	var given bytes.Buffer
	if err := json.Compact(&given, text); err != nil {
		return refuse(ReasonDocumentMalformed, "document", "%w", err)
	}
	again, err := marshal(d)
	if err != nil {
		return refuse(ReasonDocumentMalformed, "document", "%w", err)
	}
	if !bytes.Equal(given.Bytes(), again) {
		return refuse(ReasonDocumentMalformed, "document", "not in the one encoding of its content")
	}
	return nil
}

// decodeOne decodes exactly one JSON value without unknown fields.
func decodeOne(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// canonicalJSON sorts fields at every depth and removes white space. Numbers
// keep their spelling.
func canonicalJSON(text []byte) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return marshal(value)
}

// marshal encodes without white space and without escaping for HTML.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
