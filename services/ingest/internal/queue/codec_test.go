package queue

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/quality"
	"github.com/pcc-platform/pcc/signing"
)

// TestBatchesComeOutAsTheyWentIn signs batches of some events of some size, of which some are refused before they come here.
func TestBatchesComeOutAsTheyWentIn(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		b := ingest.Batch{Member: "oem", ReceivedAt: now, Quality: ingest.Quality{Inputs: quality.Inputs{BaseRate: 750_000}}}
		candidates := drawCandidates(t)
		if rapid.Bool().Draw(t, "signed") {
			signAll(t, private, candidates)
		}
		for i, c := range candidates {
			if i > 0 && rapid.IntRange(0, 9).Draw(t, "refused") == 0 {
				continue
			}
			b.Events = append(b.Events, ingest.Event{
				ID: uuid.Must(uuid.NewV7()), Member: "oem", Key: ingest.Key{Source: "/members/oem/x", EventID: fmt.Sprint(i)},
				Type: "pcc.events.v1.Wash", Passport: uuid.New(), OccurredAt: now, ReceivedAt: now, Quality: b.Quality,
				Bytes: c.Bytes, Data: c.Data, ContentHash: sha256.Sum256(c.Bytes), ListKey: sha256.Sum256(c.Bytes), Signature: c.Signature,
			})
		}
		wantDecoded(t, b)
	})
}

// drawCandidates makes events that need up to three messages.
func drawCandidates(t *rapid.T) []ingest.Candidate {
	candidates := make([]ingest.Candidate, rapid.IntRange(1, 40).Draw(t, "events"))
	size := rapid.SampledFrom([]int{20, 60_000}).Draw(t, "bytes")
	for i := range candidates {
		content := make([]byte, size)
		copy(content, fmt.Sprintf("envelope %d", i))
		candidates[i].Bytes = content
		if rapid.Bool().Draw(t, "with data") {
			candidates[i].Data = content[9 : 9+len(fmt.Sprint(i))]
		}
	}
	return candidates
}

func signAll(t *rapid.T, private ed25519.PrivateKey, candidates []ingest.Candidate) {
	signer, err := signing.NewSigner(private, "/members/oem/x", signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	encoded := make([][]byte, len(candidates))
	for i := range candidates {
		encoded[i] = candidates[i].Bytes
	}
	sealed, err := signer.Sign(encoded)
	if err != nil {
		t.Fatal(err)
	}
	ingest.Sign(candidates, sealed)
}

// wantDecoded encodes a batch and reads its messages back.
func wantDecoded(t *rapid.T, b ingest.Batch) {
	messages, err := encode(b)
	if err != nil {
		t.Fatal(err)
	}
	var got []ingest.Event
	for _, m := range messages {
		if len(m) > maxMessageBytes {
			t.Errorf("a message of %d bytes", len(m))
		}
		events, err := decode(m)
		if err != nil {
			t.Fatal(err)
		}
		wantCovered(t, events)
		got = append(got, events...)
	}
	if len(got) != len(b.Events) {
		t.Fatalf("%d events of %d", len(got), len(b.Events))
	}
	for i, want := range b.Events {
		if s := got[i].Signature; (s == nil) != (want.Signature == nil) || s != nil && s.Sequence() != want.Signature.Sequence() {
			t.Errorf("event %d is signed otherwise", i)
		}
		got[i].Signature, want.Signature = nil, nil
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("event %d: %+v, want %+v", i, got[i], want)
		}
	}
}

// wantCovered checks that the signed events of a message are those that their cover has.
func wantCovered(t *rapid.T, events []ingest.Event) {
	if events[0].Signature == nil {
		return
	}
	cover := events[0].Signature.Cover
	tree, err := cover.Tree()
	if err != nil {
		t.Fatal(err)
	}
	indexes := make([]int, len(events))
	for i, e := range events {
		indexes[i] = e.Signature.Index
		err := cover.Statement.VerifyEvent(e.ContentHash, uint64(e.Signature.Index), tree.Path(e.Signature.Index))
		if err != nil || e.Signature.Cover != cover {
			t.Errorf("event %d is not covered: %v", i, err)
		}
	}
	if !slices.Equal(indexes, cover.Part.Indexes) {
		t.Errorf("the cover has events %v, the message %v", cover.Part.Indexes, indexes)
	}
}
