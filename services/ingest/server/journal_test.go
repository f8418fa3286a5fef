package server_test

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// TestProofsVerify proves a passport's events of two members at the checkpoints of one moment, and verifies them as somebody
// does who has nothing else.
func TestProofsVerify(t *testing.T) {
	r := start(t)
	passport, other := r.registry.enrol(), r.registry.enrol()
	send(t, r.oem, append(readings(t, r.oemMember, "e", passport, 30), readings(t, r.oemMember, "o", other, 300)...)...)
	send(t, r.garage, readings(t, r.garMember, "e", passport, 3)...)
	awaitJournaled(t, r.oem)
	checkpoints, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil || len(checkpoints.GetCheckpoints()) != 2 {
		t.Fatalf("checkpoints %v, %v", checkpoints, err)
	}
	send(t, r.oem, readings(t, r.oemMember, "late", passport, 4)...)
	awaitJournaled(t, r.oem)

	proven, err := r.journal.ProvePassportEvents(t.Context(), &ingestv1.ProvePassportEventsRequest{
		Passport: passport, Checkpoints: checkpoints.GetCheckpoints(),
	})
	if err != nil || len(proven.GetEvents()) != 33 || proven.GetNotYetAnchored() != 4 {
		t.Fatalf("%d proven, %d not anchored, %v", len(proven.GetEvents()), proven.GetNotYetAnchored(), err)
	}
	at := map[string]*journalv1.Checkpoint{}
	for _, cp := range checkpoints.GetCheckpoints() {
		at[cp.GetStream()] = cp
	}
	if tag := tagOf(passport); !bytes.Equal(proven.GetTag(), tag[:]) {
		t.Error("proven with another tag")
	}
	for _, e := range proven.GetEvents() {
		verifyEvent(t, e, at[e.GetPosition().GetStream()], passport)
	}
}

func verifyEvent(t *testing.T, e *ingestv1.ProvenEvent, at *journalv1.Checkpoint, passport string) {
	t.Helper()
	path := make([]proof.Hash, len(e.GetInclusionProof()))
	for i, h := range e.GetInclusionProof() {
		path[i] = proof.Hash(h)
	}
	leaf, err := proof.ParseFrame(e.GetLeaf())
	if err != nil {
		t.Fatal(err)
	}
	content, err := eventview.Decode(leaf.Type, leaf.Payload, nil)
	if err != nil || content.Passport != passport {
		t.Errorf("the leaf is about %q, %v", content.Passport, err)
	}
	class, _ := eventlist.ClassOf(content.EventType)
	leafHash := proof.EntryOf(eventlist.KeyOf(tagOf(passport), class), e.GetLeaf()).Hash()
	if leafHash != proof.Hash(e.GetPosition().GetLeafHash()) {
		t.Error("the position names another leaf, or the leaf is in another list")
	}
	err = proof.VerifyInclusion(path, uint64(e.GetPosition().GetSequence()), uint64(at.GetSize()), leafHash, proof.Hash(at.GetRoot()))
	if err != nil {
		t.Error(err)
	}
}

// TestEveryLeafIsInItsList journals events of several classes and vehicles, and marks, and looks for the key of each leaf's list.
func TestEveryLeafIsInItsList(t *testing.T) {
	r := start(t)
	passports := []string{r.registry.enrol(), r.registry.enrol()}
	for i, passport := range passports {
		wash := newEvent(t, r.oemMember, fmt.Sprint("wash-", i), passport, &eventsv1.Wash{})
		if ack := send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, 3, 10_000+i), wash); ack.GetAccepted() != 2 {
			t.Fatalf("acknowledged %v", ack)
		}
		awaitJournaled(t, r.oem)
		send(t, r.garage, readMonthsAgo(t, r.garMember, passport, 2, 10_100+i)) // confirms the maker's, which makes a mark
		awaitJournaled(t, r.oem)
	}
	unlisted, listed := 0, map[string]int{}
	for _, leaf := range leavesOf(t, r.oem) {
		listed[string(leaf.GetListKey())]++
		if string(leaf.GetListKey()) == string(make([]byte, len(eventlist.Key{}))) {
			unlisted++
		}
	}
	for _, passport := range passports {
		for _, class := range []eventlist.Class{eventlist.Odometer, eventlist.Usage} {
			if key := eventlist.KeyOf(tagOf(passport), class); listed[string(key[:])] != 1 {
				t.Errorf("the list of %s has %d events", class, listed[string(key[:])])
			}
		}
	}
	if unlisted == 0 || len(listed) != 5 {
		t.Errorf("%d leaves are in no list, the others in %d", unlisted, len(listed)-1)
	}
}

func TestProofsOfOtherCheckpointsAreRefused(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readings(t, r.oemMember, "e", passport, 5)...)
	awaitJournaled(t, r.oem)
	list, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	good := list.GetCheckpoints()[0]
	for name, change := range map[string]func(*journalv1.Checkpoint){
		"other root": func(cp *journalv1.Checkpoint) { cp.Root[0] ^= 1 },
		"other size": func(cp *journalv1.Checkpoint) { cp.Size++ },
		"no root":    func(cp *journalv1.Checkpoint) { cp.Root = nil },
	} {
		bad := proto.CloneOf(good)
		change(bad)
		_, err := r.journal.ProvePassportEvents(t.Context(), &ingestv1.ProvePassportEventsRequest{
			Passport: passport, Checkpoints: []*journalv1.Checkpoint{bad},
		})
		wantReason(t, name, err, "CHECKPOINT_UNKNOWN")
	}
}

func TestPassportEventsOfAllMembers(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readings(t, r.oemMember, "e", passport, 5)...)
	send(t, r.garage, readings(t, r.garMember, "e", passport, 2)...)
	awaitJournaled(t, r.oem)
	resp, err := r.journal.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: passport})
	if err != nil || len(resp.GetEvents()) != 7 {
		t.Fatalf("%d events, %v", len(resp.GetEvents()), err)
	}
	for i, e := range resp.GetEvents() {
		want := r.oemMember
		if i >= 5 {
			want = r.garMember
		}
		if e.GetMember() != want.Name() || e.GetQuality().GetIndex() < 1 {
			t.Errorf("event %d is %v", i, e)
		}
	}
}
