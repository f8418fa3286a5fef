package cloudevents_test

import (
	"encoding/json"
	"testing"

	format "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	sdk "github.com/cloudevents/sdk-go/v2/event"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
)

// FuzzFromJSON reads whatever comes: nothing crashes it, every event is either read or refused with a sentence, and what is
// read and complete is read by the CloudEvents project's own library as the same event.
func FuzzFromJSON(f *testing.F) {
	f.Add(fixture(f, "batch.json"))
	for _, seed := range []string{
		`[]`, `[{}]`, `[{"id":"a","source":"/s","type":"t","specversion":"1.0"}]`,
		`[{"id":"a","source":"/s","type":"pcc.events.v1.Wash","specversion":"1.0","data":{"x":{"y":[1]}}}]`,
		`[{"time":"2026-02-29T00:00:00Z"},{"extra":1e3},{"extra":-0},{"data":null}]`,
		`[{"type":"pcc.events.v1.Service","data":{"operations":["a",1]}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := cloudevents.FromJSONBatch(body)
		if err != nil {
			return
		}
		for _, r := range b.Complete(nil).GetRejections() {
			if r.GetReason() == "" || r.GetDetail() == "" || len(r.GetField()) > 512 {
				t.Fatalf("refused with %v", r)
			}
		}
		var elements []json.RawMessage
		if err := json.Unmarshal(body, &elements); err != nil || len(elements) != b.Len() {
			t.Fatalf("%d events of %d elements: %v", b.Len(), len(elements), err)
		}
		if len(b.Events) == 1 && b.Len() == 1 {
			compare(t, elements[0], b)
		}
	})
}

// compare holds the one event of b to what the library reads, where both take it.
func compare(t *testing.T, text []byte, b *cloudevents.Batch) {
	t.Helper()
	var want sdk.Event
	if json.Unmarshal(text, &want) != nil || want.Validate() != nil {
		return // the library also refuses events that lack attributes, which ingest does here
	}
	got, err := format.FromProto(b.Events[0])
	if err != nil {
		return // an attribute that the library has no place for
	}
	if got.ID() != want.ID() || got.Source() != want.Source() || got.Type() != want.Type() ||
		got.Subject() != want.Subject() || !got.Time().Equal(want.Time()) {
		t.Fatalf("read\n%v\nthe library reads\n%v", got, want)
	}
}
