package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Encode writes a document in the one form that [Verify] accepts, indented for
// reading: it puts the fields of each view in order. It does not judge the rest.
func Encode(d Document) ([]byte, error) {
	d.Lists = slices.Clone(d.Lists)
	for i, list := range d.Lists {
		d.Lists[i].Entries = slices.Clone(list.Entries)
		for j, e := range list.Entries {
			if e.View == nil {
				continue
			}
			view, err := canonicalJSON(e.View)
			if err != nil {
				return nil, fmt.Errorf("verify: encode entry %d of %s: %w", j, list.Class, err)
			}
			d.Lists[i].Entries[j].View = view
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
		return d, malformed("document", "%d bytes, at most %d are read", len(text), MaxDocumentBytes)
	}
	var header struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return d, malformed("document", "%w", err)
	}
	if header.Schema != Schema {
		return d, refuse(ReasonSchemaUnknown, "schema", "%.40q is not %q", header.Schema, Schema)
	}
	if err := decodeOne(text, &d); err != nil {
		return d, malformed("document", "%w", err)
	}
	if err := checkEncoding(text, d); err != nil {
		return d, err
	}
	return d, checkShape(d)
}

// checkEncoding refuses what the decoder is lenient about: spelling and
// repetition of fields, escapes, base64 with bits to spare, missing fields.
func checkEncoding(text []byte, d Document) error {
	var given bytes.Buffer
	if err := json.Compact(&given, text); err != nil {
		return malformed("document", "%w", err)
	}
	again, err := marshal(d)
	if err != nil {
		return malformed("document", "%w", err)
	}
	if !bytes.Equal(given.Bytes(), again) {
		return malformed("document", "not in the one encoding of its content")
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
