package wire_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/signing"
)

// maxStatementBytes is what the message promises.
const maxStatementBytes = 40 << 10

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newCover signs n events, as the source does, and returns their cover.
func newCover(t *testing.T, source string, n int) (*ingest.Cover, [][]byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := signing.NewSigner(private, source, signing.State{Next: 7})
	must(t, err)
	events, candidates := make([][]byte, n), make([]ingest.Candidate, n)
	for i := range events {
		events[i] = fmt.Appendf(nil, "event %d", i)
		candidates[i].Bytes = events[i]
	}
	sealed, err := signer.Sign(events)
	must(t, err)
	ingest.Sign(candidates, sealed)
	return candidates[0].Signature.Cover, events
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	payload, err := proto.Marshal(m)
	must(t, err)
	return payload
}

// event is what the leaf says of number index of a cover's events, so many entries behind the statement.
func event(c *ingest.Cover, content []byte, index, distance int32) *ingestv1.JournaledEvent {
	hash := sha256.Sum256(c.Statement.Bytes())
	return &ingestv1.JournaledEvent{
		CloudEvent: content, Signature: &ingestv1.EventSignature{StatementSha256: hash[:], Index: index, Distance: distance},
	}
}

func TestTypesAreTheMessages(t *testing.T) {
	for want, m := range map[string]proto.Message{wire.EventType: &ingestv1.JournaledEvent{}, wire.StatementType: &ingestv1.JournaledStatement{}} {
		if name := m.ProtoReflect().Descriptor().FullName(); string(name) != want {
			t.Errorf("the message is %s, the leaf's type %s", name, want)
		}
	}
}

func TestTheLongestStatementKeepsItsBound(t *testing.T) {
	c, _ := newCover(t, "/members/oem/"+strings.Repeat("x", signing.MaxSourceBytes-len("/members/oem/")), signing.MaxEvents)
	payload := marshal(t, wire.FromCover(c))
	if len(payload) > maxStatementBytes {
		t.Errorf("%d bytes", len(payload))
	}
	if _, _, err := wire.ToCover(payload); err != nil {
		t.Error(err)
	}
}

// TestEventsFindTheirStatement goes through a stream in which two statements stand before their events.
func TestEventsFindTheirStatement(t *testing.T) {
	one, events := newCover(t, "/members/oem/a", 5)
	part, err := one.Of([]int{1, 3})
	must(t, err)
	other, _ := newCover(t, "/members/oem/b", 1)
	var stream wire.Statements
	must(t, stream.Add(100, marshal(t, wire.FromCover(part))))
	must(t, stream.Add(101, marshal(t, wire.FromCover(other))))
	for i, index := range []int32{1, 3} {
		s, err := stream.Signature(102+uint64(i), event(one, events[index], index, int32(2+i)))
		if err != nil || s.Index != int(index) || s.Sequence() != 7+uint64(index) || s.Statement.KeyID() != one.Statement.KeyID() {
			t.Errorf("event %d: %+v, %v", index, s, err)
		}
	}
	if s, err := stream.Signature(104, &ingestv1.JournaledEvent{CloudEvent: events[0]}); s != nil || err != nil {
		t.Errorf("not signed: %+v, %v", s, err)
	}
	for what, e := range map[string]*ingestv1.JournaledEvent{
		"the statement of others":    event(one, events[1], 1, 1),
		"another statement's number": event(other, events[1], 1, 2),
		"another index":              event(one, events[1], 3, 2),
		"an index that is not there": event(one, events[2], 2, 2),
		"another event":              event(one, events[2], 1, 2),
		"an entry before the run":    event(one, events[1], 1, 3),
		"itself":                     event(one, events[1], 1, 0),
		"an entry behind it":         event(one, events[1], 1, -1),
		"before the stream":          event(one, events[1], 1, 1000),
	} {
		if s, err := stream.Signature(102, e); err == nil {
			t.Errorf("%s: %+v", what, s)
		}
	}
	must(t, stream.Add(110, marshal(t, wire.FromCover(other))))
	if _, err := stream.Signature(111, event(one, events[1], 1, 11)); err == nil {
		t.Error("a statement of an earlier run is found")
	}
}

func TestStatementsThatDoNotCoverTheirEventsAreRefused(t *testing.T) {
	c, _ := newCover(t, "/members/oem/a", 5)
	for what, change := range map[string]func(s *ingestv1.JournaledStatement){
		"no statement":     func(s *ingestv1.JournaledStatement) { s.Statement = nil },
		"half a statement": func(s *ingestv1.JournaledStatement) { s.Statement = s.GetStatement()[:50] },
		"an event gone": func(s *ingestv1.JournaledStatement) {
			s.Indexes, s.EventHashes = s.GetIndexes()[1:], s.GetEventHashes()[32:]
		},
		"a changed hash":     func(s *ingestv1.JournaledStatement) { s.EventHashes[40] ^= 1 },
		"half a hash":        func(s *ingestv1.JournaledStatement) { s.EventHashes = s.GetEventHashes()[16:] },
		"something beside":   func(s *ingestv1.JournaledStatement) { s.Beside = make([]byte, 32) },
		"half of it beside":  func(s *ingestv1.JournaledStatement) { s.Beside = make([]byte, 16) },
		"an event too many":  func(s *ingestv1.JournaledStatement) { s.Indexes[4] = 5 },
		"events out of line": func(s *ingestv1.JournaledStatement) { s.Indexes[0], s.Indexes[1] = 1, 0 },
	} {
		s := wire.FromCover(c)
		change(s)
		if _, _, err := wire.ToCover(marshal(t, s)); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	var stream wire.Statements
	if stream.Add(0, []byte("\xff")) == nil {
		t.Error("garbage is accepted")
	}
	if _, err := stream.Signature(1, event(c, []byte("event 0"), 0, 1)); err == nil {
		t.Error("an unreadable statement covers an event")
	}
}
