package history

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Resolve returns the id and the data that the event has on the platform: the
// same for the same row on every import. scope names the vehicle there and has
// to be random, such as a passport's name: with a VIN in its place, the id would
// let anybody confirm a guess of the VIN.
//
// The position in the file is not part of the id, so a longer edition of the
// same file adds its new rows only. The data is Message, in a Correction with
// the id of the corrected event.
func (e Event) Resolve(scope string) (id string, data proto.Message, err error) {
	data = e.Message
	if e.Corrects != nil {
		corrected, _, err := e.Corrects.Resolve(scope)
		if err != nil {
			return "", nil, err
		}
		data = withCorrected(e.Message, corrected)
	}
	if e.ID != "" {
		return e.ID, data, nil
	}
	identity, err := e.identity(data)
	if err != nil {
		return "", nil, err
	}
	fields := append([]string{"pcc/history/event/v1", scope, string(data.ProtoReflect().Descriptor().FullName())}, identity...)
	return hashID(append(fields, strconv.Itoa(e.Occurrence))), data, nil
}

// identity is what tells an event from the others of its kind and vehicle.
func (e Event) identity(data proto.Message) ([]string, error) {
	if e.Key != "" {
		return []string{"key", e.Key}, nil
	}
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("history: event id: %w", err)
	}
	return []string{"content", e.Time.UTC().Format(time.RFC3339Nano), string(e.Precision), string(content)}, nil
}

func withCorrected(message proto.Message, id string) proto.Message {
	correction, ok := proto.Clone(message).(*eventsv1.Correction)
	if !ok {
		return message
	}
	correction.CorrectedEventId = id
	return correction
}

// hashID frames each field with its length, so that no two lists of fields meet.
func hashID(fields []string) string {
	digest := sha256.New()
	for _, field := range fields {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		digest.Write(length[:])
		digest.Write([]byte(field))
	}
	const idBytes = 16
	return hex.EncodeToString(digest.Sum(nil)[:idBytes])
}

// countEqual numbers the rows of one record that are equal but for their place.
func countEqual(events []Event) error {
	if len(events) < 2 {
		return nil
	}
	seen := make(map[string]int, len(events))
	for i := range events {
		id, _, err := events[i].Resolve("")
		if err != nil {
			return err
		}
		events[i].Occurrence = seen[id]
		seen[id]++
	}
	return nil
}
