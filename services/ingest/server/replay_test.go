package server_test

import (
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
		hash := proof.LeafHash(frame)
		done := replayed(t, r.oemMember, []*ingestv1.JournalLeaf{{Position: &ingestv1.JournalPosition{LeafHash: hash[:]}, Leaf: frame}})
		if len(done.Differences) == 0 || !strings.Contains(done.Differences[0].What, what) {
			t.Errorf("%s: differences %v", what, done.Differences)
		}
	}
}
