package verify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/internal/prooftest"
)

const (
	leafType = "test.v1.Note"
	mine     = prooftest.Subject
)

// note is the payload of these tests' leaves, as JSON.
type note struct {
	Passport  string          `json:"passport"`
	EventType string          `json:"event_type"`
	View      json.RawMessage `json:"view"`
}

func newWorld(t *testing.T) prooftest.World {
	t.Helper()
	return prooftest.NewWorld(t, leafType, encodeNote, decodeNote)
}

func encodeNote(t testing.TB, passport string, seq int) ([]byte, *verify.Signature) {
	t.Helper()
	view := fmt.Appendf(nil, `{"text":"<é>","id":"event-%d","odometer_metres":%d,"quality":{"policy":"p1","index":80}}`, seq, 1000*(1000+seq))
	payload, err := json.Marshal(note{Passport: passport, EventType: "pcc.events.v1.Wash", View: view})
	if err != nil {
		t.Fatal(err)
	}
	return payload, nil
}

func decodeNote(typ string, payload []byte, signature *verify.Signature) (verify.Content, error) {
	if typ != leafType {
		return verify.Content{}, errors.New("unknown type")
	}
	if signature != nil {
		return verify.Content{}, fmt.Errorf("%w: a note names none", verify.ErrSignature)
	}
	var n note
	err := json.Unmarshal(payload, &n)
	return verify.Content{Passport: n.Passport, EventType: n.EventType, View: n.View}, err
}
