package server_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
)

// TestReplayFindsNoDifference sends events whose reputations move between them, and computes both streams anew.
func TestReplayFindsNoDifference(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	for months := 9; months > 0; months-- {
		send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, months, 100_000-months*1000))
		awaitJournaled(t, r.oem)
		send(t, r.garage, readMonthsAgo(t, r.garMember, passport, months, 100_100-months*1000), newEvent(t, r.garMember, "wash", passport, &eventsv1.Wash{}))
		awaitJournaled(t, r.oem)
	}
	for member, client := range map[*stand.Member]ingestv1.IngestServiceClient{r.oemMember: r.oem, r.garMember: r.garage} {
		done := replayed(t, member, leavesOf(t, client))
		if len(done.Differences) != 0 || done.Indices < 9 || done.Marks < 7 || done.Believed != 9 {
			t.Errorf("%s: %d indices, %d marks, differences %v", member.ID, done.Indices, done.Marks, done.Differences)
		}
	}
}

func leavesOf(t *testing.T, client ingestv1.IngestServiceClient) []*ingestv1.JournalLeaf {
	t.Helper()
	resp, err := client.ListJournalLeaves(t.Context(), &ingestv1.ListJournalLeavesRequest{PageSize: 1000})
	if err != nil || resp.GetNextPageToken() != "" {
		t.Fatal(err)
	}
	return resp.GetLeaves()
}

func replayed(t *testing.T, m *stand.Member, leaves []*ingestv1.JournalLeaf) *replay.Replay {
	t.Helper()
	done, err := replay.New(strings.ToLower(strings.TrimPrefix(m.Class.String(), "MEMBER_CLASS_")))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leaves {
		if err := done.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	return done
}

// TestReplayFindsWhatWasChanged changes a leaf as an operator could who also changes its hash.
func TestReplayFindsWhatWasChanged(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, 3, 10_000))
	awaitJournaled(t, r.oem)
	leaves := leavesOf(t, r.oem)
	for what, change := range map[string]func(*ingestv1.Quality){
		"index":         func(q *ingestv1.Quality) { q.Index++ },
		"confirmations": func(q *ingestv1.Quality) { q.Inputs.Confirmations = 5_000_000 },
		"provenance":    func(q *ingestv1.Quality) { q.Inputs.Provenance = 999_999 },
		"delay":         func(q *ingestv1.Quality) { q.Inputs.DelayUs = 0 },
		"class":         func(q *ingestv1.Quality) { q.Inputs.SourceClass = "authority" },
		"base rate":     func(q *ingestv1.Quality) { q.Inputs.BaseRate = 900_000 },
		"plausibility":  func(q *ingestv1.Quality) { q.Inputs.Plausibility = 1_000_000 },
		"corroborators": func(q *ingestv1.Quality) { q.Inputs.Corroborators = 1 },
	} {
		leaf, err := proof.ParseFrame(leaves[0].GetLeaf())
		if err != nil {
			t.Fatal(err)
		}
		journaled := &ingestv1.JournaledEvent{}
		if err := proto.Unmarshal(leaf.Payload, journaled); err != nil {
			t.Fatal(err)
		}
		change(journaled.GetQuality())
		payload, err := proto.Marshal(journaled)
		if err != nil {
			t.Fatal(err)
		}
		frame := proof.Frame(leaf.Type, leaf.Salt, payload)
		done := replayed(t, r.oemMember, []*ingestv1.JournalLeaf{journalLeaf(0, leaves[0].GetListKey(), frame)})
		if len(done.Differences) == 0 || !strings.Contains(done.Differences[0].What, what) {
			t.Errorf("%s: differences %v", what, done.Differences)
		}
	}
}

// TestReplayFindsSignaturesWithoutTheirStatement changes what a signed event names, and what it names, with their hashes.
func TestReplayFindsSignaturesWithoutTheirStatement(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	wantAccepted(t, "signed", sendSigned(t, r.oem, s.signed(t, r.oemMember, "s", passport, 2)), 2)
	awaitJournaled(t, r.oem)
	good := leavesOf(t, r.oem)
	if done := replayed(t, r.oemMember, good); len(good) != 3 || len(done.Differences) != 0 || done.Others != 1 {
		t.Fatalf("%d leaves, %d others, differences %v", len(good), done.Others, done.Differences)
	}
	const statement, event = 0, 1
	for what, c := range map[string]struct {
		leaf   int
		change func(t *testing.T, payload []byte) proto.Message
		want   []string
	}{
		"another statement": {event, changed(func(j *ingestv1.JournaledEvent) { j.Signature.StatementSha256[0] ^= 1 }), []string{"signature"}},
		"another index":     {event, changed(func(j *ingestv1.JournaledEvent) { j.Signature.Index = 1 }), []string{"signature"}},
		"another entry":     {event, changed(func(j *ingestv1.JournaledEvent) { j.Signature.Distance = 2 }), []string{"signature"}},
		"other events": {
			statement, changed(func(j *ingestv1.JournaledStatement) { j.EventHashes[0] ^= 1 }), []string{"statement", "signature", "signature"},
		},
	} {
		leaf, err := proof.ParseFrame(good[c.leaf].GetLeaf())
		if err != nil {
			t.Fatal(err)
		}
		payload, err := proto.Marshal(c.change(t, leaf.Payload))
		if err != nil {
			t.Fatal(err)
		}
		leaves := slices.Clone(good)
		leaves[c.leaf] = journalLeaf(int64(c.leaf), good[c.leaf].GetListKey(), proof.Frame(leaf.Type, leaf.Salt, payload))
		var got []string
		for _, d := range replayed(t, r.oemMember, leaves).Differences {
			got = append(got, d.What)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: differences %v, want %v", what, got, c.want)
		}
	}
}

// changed returns what reads a message and changes it.
func changed[M any, P interface {
	*M
	proto.Message
}](change func(P)) func(*testing.T, []byte) proto.Message {
	return func(t *testing.T, payload []byte) proto.Message {
		t.Helper()
		m := P(new(M))
		if err := proto.Unmarshal(payload, m); err != nil {
			t.Fatal(err)
		}
		change(m)
		return m
	}
}

// journalLeaf is a leaf with a hash that fits.
func journalLeaf(sequence int64, key, frame []byte) *ingestv1.JournalLeaf {
	hash := proof.EntryOf(proof.Key(key), frame).Hash()
	return &ingestv1.JournalLeaf{
		Position: &ingestv1.JournalPosition{Sequence: sequence, LeafHash: hash[:]}, Leaf: frame, ListKey: key,
	}
}

// TestReplayFindsWhatWasMoved puts leaves into other lists, as an operator could who hides events of a vehicle, and changes
// their hashes with them.
func TestReplayFindsWhatWasMoved(t *testing.T) {
	r := start(t)
	one, other := r.registry.enrol(), r.registry.enrol()
	send(t, r.oem, readMonthsAgo(t, r.oemMember, one, 3, 10_000))
	awaitJournaled(t, r.oem)
	send(t, r.oem, readMonthsAgo(t, r.oemMember, one, 2, 11_000), readMonthsAgo(t, r.oemMember, other, 2, 5_000))
	awaitJournaled(t, r.oem)
	good := leavesOf(t, r.oem)
	if done := replayed(t, r.oemMember, good); len(good) != 3 || len(done.Differences) != 0 {
		t.Fatalf("%d leaves, differences %v", len(good), done.Differences)
	}
	nobody := sha256.Sum256([]byte("another vehicle"))
	for what, key := range map[string][]byte{
		"the list of another vehicle of the stream": good[0].GetListKey(), "the list of a vehicle elsewhere": nobody[:], "no list": make([]byte, 32),
	} {
		moved := 2 // the other vehicle's
		if what == "the list of a vehicle elsewhere" {
			moved = 1 // the first vehicle's second
		}
		leaves := slices.Clone(good)
		leaves[moved] = journalLeaf(int64(moved), key, good[moved].GetLeaf())
		done := replayed(t, r.oemMember, leaves)
		if len(done.Differences) != 1 || done.Differences[0].What != "list" || done.Differences[0].Where != fmt.Sprintf("leaf %d", moved) {
			t.Errorf("%s: differences %v", what, done.Differences)
		}
	}
	leaves := slices.Clone(good)
	leaves[1] = &ingestv1.JournalLeaf{Position: good[1].GetPosition(), Leaf: good[1].GetLeaf(), ListKey: good[2].GetListKey()}
	if done := replayed(t, r.oemMember, leaves); len(done.Differences) == 0 || done.Differences[0].What != "leaf hash" {
		t.Errorf("moved without its hash: differences %v", done.Differences)
	}
}
