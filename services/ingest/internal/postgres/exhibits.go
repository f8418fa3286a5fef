package postgres

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest"
)

// errEvidence says that stored evidence is not what encodeEvidence makes.
var errEvidence = errors.New("postgres: malformed evidence")

// exhibit is an element of event_note.evidence: an event, or a document.
type exhibit struct {
	Event     *uuid.UUID `json:"event,omitempty"`
	SHA256    string     `json:"sha256,omitempty"`
	MediaType string     `json:"media_type,omitempty"`
}

func encodeEvidence(evidence []ingest.Exhibit) (string, error) {
	out := make([]exhibit, len(evidence))
	for i := range evidence {
		e := &evidence[i]
		if e.IsDocument() {
			out[i].SHA256, out[i].MediaType = hex.EncodeToString(e.Document[:]), e.MediaType
		} else {
			out[i].Event = &e.Event
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("marshal evidence: %w", err)
	}
	return string(text), nil
}

func decodeEvidence(text []byte) ([]ingest.Exhibit, error) {
	var in []exhibit
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, fmt.Errorf("%w: %w", errEvidence, err)
	}
	var evidence []ingest.Exhibit
	for i := range in {
		if in[i].Event != nil {
			evidence = append(evidence, ingest.Exhibit{Event: *in[i].Event})
			continue
		}
		e := ingest.Exhibit{MediaType: in[i].MediaType}
		if n, err := hex.Decode(e.Document[:], []byte(in[i].SHA256)); err != nil || n != len(e.Document) {
			return nil, errEvidence
		}
		evidence = append(evidence, e)
	}
	return evidence, nil
}
