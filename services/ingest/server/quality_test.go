package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// readMonthsAgo is a garage's reading.
func readMonthsAgo(t *testing.T, m *stand.Member, passport string, months, km int) *pb.CloudEvent {
	t.Helper()
	o := odometer(fmt.Sprint(km))
	o.Provenance = eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM
	ce, err := event.New(fmt.Sprint(months, "-", km), source(m), passport, time.Now().AddDate(0, -months, 0), &eventsv1.OdometerReading{Odometer: o})
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

// firstEvent is the name of the member's first event of a passport.
func firstEvent(t *testing.T, client ingestv1.IngestServiceClient, passport string) string {
	t.Helper()
	list, err := client.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil || len(list.GetEvents()) == 0 {
		t.Fatalf("%d events, %v", len(list.GetEvents()), err)
	}
	return list.GetEvents()[0].GetName()
}

// TestQualityMovesWithConfirmations has one member's reading confirmed by another's.
func TestQualityMovesWithConfirmations(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, 9, 20_000))
	awaitJournaled(t, r.oem)
	name := firstEvent(t, r.oem, passport)
	before, err := r.oem.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	inputs := before.GetAtIngest().GetQuality().GetInputs()
	if inputs.GetBaseRate() != 750_000 || inputs.GetProvenance() != 800_000 || inputs.GetCompleteness() != 1_000_000 ||
		inputs.GetDataKind() != "odometer" || inputs.GetConfirmations() != 0 || before.GetAtIngest().GetUncertainty() != 1_000_000 ||
		len(before.GetAtIngest().GetContributions()) != 5 || len(before.GetRecentMarks()) != 0 {
		t.Errorf("at ingest: %v", before)
	}
	send(t, r.garage, readMonthsAgo(t, r.garMember, passport, 2, 28_000))
	awaitJournaled(t, r.oem)
	after, err := r.oem.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(after.GetAtIngest(), before.GetAtIngest()) {
		t.Errorf("the quality at ingest changed to %v", after.GetAtIngest())
	}
	now := after.GetNow()
	if now.GetQuality().GetIndex() <= before.GetNow().GetQuality().GetIndex() || now.GetQuality().GetInputs().GetConfirmations() != 1_000_000 ||
		now.GetQuality().GetInputs().GetCorroborators() != 1 || now.GetUncertainty() != 666_667 {
		t.Errorf("now: %v", now)
	}
	marks := after.GetRecentMarks()
	if len(marks) != 1 || marks[0].GetEvent() != name || marks[0].GetOutcome() != ingestv1.MarkOutcome_MARK_OUTCOME_CONFIRMED {
		t.Errorf("marks: %v", marks)
	}
	_, err = r.garage.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: name})
	wantReason(t, "another member's event", err, "EVENT_NOT_FOUND")
}

// TestVerdictOfOwnEventsAndOfAll has a decrease that only all members together show.
func TestVerdictOfOwnEventsAndOfAll(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, 40, 120_000), readMonthsAgo(t, r.oemMember, passport, 34, 134_000))
	send(t, r.garage, readMonthsAgo(t, r.garMember, passport, 20, 50_000), readMonthsAgo(t, r.garMember, passport, 12, 58_000), readMonthsAgo(t, r.garMember, passport, 4, 66_000))
	awaitJournaled(t, r.oem)
	own, err := r.garage.GetOdometerVerdict(t.Context(), &ingestv1.GetOdometerVerdictRequest{Passport: passport})
	if err != nil || own.GetVerdict().GetVerdict() != ingestv1.Verdict_VERDICT_CONSISTENT {
		t.Errorf("by its own events: %v, %v", own, err)
	}
	all, err := r.journal.GetPassportVerdict(t.Context(), &ingestv1.GetPassportVerdictRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	v := all.GetVerdict()
	if v.GetVerdict() < ingestv1.Verdict_VERDICT_ROLLBACK_SUSPECTED || len(v.GetFindings()) == 0 || len(v.GetFindings()[0].GetEvidence()) < 2 ||
		v.GetFindings()[0].GetNeeds() == "" || v.GetConfidence() < 50 {
		t.Errorf("by all events: %v", v)
	}
	if r.count(t, "SELECT count(*) FROM odometer_state WHERE 'VERDICT_' || upper(verdict) = $1", v.GetVerdict().String()) != 1 {
		t.Errorf("the incremental verdict is not %s, the one on the whole history", v.GetVerdict())
	}
	none, err := r.garage.GetOdometerVerdict(t.Context(), &ingestv1.GetOdometerVerdictRequest{Passport: r.registry.enrol()})
	if err != nil || none.GetVerdict().GetVerdict() != ingestv1.Verdict_VERDICT_INSUFFICIENT {
		t.Errorf("without events: %v, %v", none, err)
	}
}

// TestWhatDevicesSendForNoValueIsSetAside: such a value is taken, found out, and believed by nobody.
func TestWhatDevicesSendForNoValueIsSetAside(t *testing.T) {
	r := start(t)
	for i, value := range []int{0, 999_999, 1<<24 - 1, (1<<32 - 1) / 10, 1<<32 - 1} {
		passport := r.registry.enrol()
		send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, 30, 50_000+i),
			readMonthsAgo(t, r.oemMember, passport, 20, value), readMonthsAgo(t, r.oemMember, passport, 10, 70_000+i))
		awaitJournaled(t, r.oem)
		got, err := r.oem.GetOdometerVerdict(t.Context(), &ingestv1.GetOdometerVerdictRequest{Passport: passport})
		if err != nil {
			t.Fatal(err)
		}
		v := got.GetVerdict()
		if v.GetVerdict() != ingestv1.Verdict_VERDICT_EXPLAINED || v.GetFindings()[0].GetCode() != "DEVICE_FAULT" || v.GetBelievedMetres() != int64(70_000+i)*1000 {
			t.Errorf("with %d km: %v", value, v)
		}
	}
}

// TestLeavesAreOnesOwn reads a stream in pages.
func TestLeavesAreOnesOwn(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readings(t, r.oemMember, "e", passport, 25)...)
	send(t, r.garage, readings(t, r.garMember, "e", passport, 3)...)
	awaitJournaled(t, r.oem)
	req := &ingestv1.ListJournalLeavesRequest{PageSize: 10}
	var sequences []int64
	for {
		resp, err := r.oem.ListJournalLeaves(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range resp.GetLeaves() {
			if hash := proof.EntryOf(proof.Key(l.GetListKey()), l.GetLeaf()).Hash(); string(hash[:]) != string(l.GetPosition().GetLeafHash()) || l.GetPosition().GetStream() != "ingest/"+r.oemMember.ID {
				t.Errorf("leaf %v", l.GetPosition())
			}
			sequences = append(sequences, l.GetPosition().GetSequence())
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	for i, s := range sequences {
		if s != int64(i) {
			t.Errorf("leaf %d has the number %d", i, s)
		}
	}
	if len(sequences) != 25 {
		t.Errorf("%d leaves", len(sequences))
	}
}
