package cli

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

func TestDisputesAreShownWithTheirEvidence(t *testing.T) {
	var out bytes.Buffer
	printDisputes(&environment{stdout: &out}, []*ingestv1.Event{{Name: "passports/p/events/e", Standing: &ingestv1.EventStanding{Disputes: []*ingestv1.Dispute{{
		State: ingestv1.DisputeState_DISPUTE_STATE_DISMISSED, Deadline: timestamppb.New(time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)),
		Opener: "members/oem", Reason: "in our garage\x1b[2J", Resolver: "members/police", Finding: "another vehicle",
		Evidence: []*eventsv1.Exhibit{
			{Item: &eventsv1.Exhibit_EventId{EventId: "e-2"}},
			{Item: &eventsv1.Exhibit_Document{Document: &eventsv1.DocumentDigest{Sha256: []byte{0xab}, MediaType: "application/pdf"}}},
		},
	}}}}})
	const want = `dispute over passports/p/events/e: dismissed, until 2026-03-31
  members/oem: "in our garage\x1b[2J"
  evidence: event e-2
  evidence: application/pdf, SHA-256 ab
  members/police: "another vehicle"
`
	if out.String() != want {
		t.Errorf("%s, want %s", out.String(), want)
	}
}

func TestStandingInAWord(t *testing.T) {
	for want, s := range map[string]*ingestv1.EventStanding{
		"-": nil, "disputed": {Disputed: true}, "withdrawn": {Withdrawn: true, Disputed: true},
	} {
		if got := standing(s); got != want {
			t.Errorf("%v is %s, want %s", s, got, want)
		}
	}
}
