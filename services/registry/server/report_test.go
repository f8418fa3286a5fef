package server_test

import (
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/apperr"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// event happened at a time and was received an hour ago.
func event(member string, quality int32, happened time.Time) *ingestv1.Event {
	return &ingestv1.Event{
		Name: "passports/p/events/" + uuid.NewString(), Member: member, Quality: &ingestv1.Quality{Index: quality},
		ReceiveTime: timestamppb.New(time.Now().Add(-time.Hour)),
		CloudEvent: &cloudevents.CloudEvent{Type: "pcc.events.v1.OdometerReading", Attributes: map[string]*cloudevents.CloudEventAttributeValue{
			"time": {Attr: &cloudevents.CloudEventAttributeValue_CeTimestamp{CeTimestamp: timestamppb.New(happened)}},
		}},
	}
}

// fieldOf is the question that an event of a time answers.
func fieldOf(happened time.Time) string { return "odometer/" + happened.UTC().Format("2006-01") }

func TestReportIsSoldOnceARequest(t *testing.T) {
	w := newWorld(t)
	insurer := w.admit(t, "insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER)
	p := insurer.enrol(t)
	yesterday := time.Now().AddDate(0, 0, -1)
	late, early := event("members/oem", 80, yesterday), event("members/garage", 60, yesterday.Add(-time.Hour))
	w.ingest.set(nil, late, early)
	req := &registryv1.ReadReportRequest{RequestId: uuid.NewString(), Passport: p.GetName()}
	report, err := insurer.reports.ReadReport(t.Context(), req)
	must(t, err)
	if got := report.GetEvents(); len(got) != 2 || !proto.Equal(got[0], early) || !proto.Equal(got[1], late) {
		t.Errorf("events %v, want them by the time they happened", got)
	}
	if r := report.GetReceipt(); r.GetState() != settlementv1.ReadState_READ_STATE_CAPTURED || r.GetPayer() != insurer.Name() || r.GetProduct() != "passport-report" {
		t.Errorf("receipt %v", r)
	}
	if report.GetOdometerVerdict().GetVerdict() != ingestv1.Verdict_VERDICT_EXPLAINED {
		t.Errorf("verdict %v", report.GetOdometerVerdict())
	}
	if !proto.Equal(report.GetPassport(), p) || len(report.GetOwnershipPeriods()) != 1 {
		t.Errorf("report %v", report)
	}
	again, err := insurer.reports.ReadReport(t.Context(), req)
	must(t, err)
	if !proto.Equal(again.GetReceipt(), report.GetReceipt()) || len(w.settlement.captured) != 1 {
		t.Errorf("%d captures, receipt %v", len(w.settlement.captured), again.GetReceipt())
	}
	if asOf := w.ingest.asOf; len(asOf) != 2 || asOf[0].Unix() > 0 || !asOf[1].Equal(report.GetReceipt().GetCaptureTime().AsTime()) {
		t.Errorf("verdicts were asked for as of %v, want now and then the time of capture", asOf)
	}
	want := &settlementv1.CaptureReadRequest{Name: report.GetReceipt().GetName(), Contributions: []*settlementv1.Contribution{
		{Member: "members/garage", Field: fieldOf(yesterday), Quality: 60}, {Member: "members/oem", Field: fieldOf(yesterday), Quality: 80},
	}}
	if !proto.Equal(w.settlement.captured[0], want) {
		t.Errorf("captured %v", w.settlement.captured[0])
	}
}

// TestWhatIsTakenBackAndNotesEarnNothing: nobody is paid for correcting itself or disputing others.
func TestWhatIsTakenBackAndNotesEarnNothing(t *testing.T) {
	w := newWorld(t)
	insurer := w.admit(t, "insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER)
	p := insurer.enrol(t)
	yesterday := time.Now().AddDate(0, 0, -1)
	withdrawn := event("members/garage", 60, yesterday)
	withdrawn.Standing = &ingestv1.EventStanding{Withdrawn: true}
	disputed := event("members/oem", 70, yesterday)
	disputed.Standing = &ingestv1.EventStanding{Disputed: true}
	events := []*ingestv1.Event{withdrawn, disputed}
	for _, kind := range []string{"Correction", "DisputeOpened", "DisputeResolved"} {
		note := event("members/insurer", 80, yesterday)
		note.CloudEvent.Type = "pcc.events.v1." + kind
		events = append(events, note)
	}
	w.ingest.set(nil, events...)
	report, err := insurer.reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: uuid.NewString(), Passport: p.GetName()})
	must(t, err)
	if len(report.GetEvents()) != len(events) {
		t.Errorf("%d events are shown, want all %d", len(report.GetEvents()), len(events))
	}
	want := []*settlementv1.Contribution{{Member: "members/oem", Field: fieldOf(yesterday), Quality: 70}}
	if diff := cmp.Diff(want, w.settlement.captured[0].GetContributions(), protocmp.Transform()); diff != "" {
		t.Errorf("contributions (-want +got):\n%s", diff)
	}
}

func TestReportRefusals(t *testing.T) {
	w := newWorld(t)
	insurer := w.admit(t, "insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER)
	p := insurer.enrol(t)
	read := func(req *registryv1.ReadReportRequest) error {
		_, err := insurer.reports.ReadReport(t.Context(), req)
		return err
	}
	wantReason(t, read(&registryv1.ReadReportRequest{RequestId: uuid.NewString(), Passport: "passports/" + uuid.NewString()}), "PASSPORT_NOT_FOUND", "")
	wantReason(t, read(&registryv1.ReadReportRequest{RequestId: uuid.NewString(), Passport: p.GetName(), MaxPrice: "0"}), "PRICE_ABOVE_MAXIMUM", "")
	if states := w.settlement.states(); len(states) != 0 {
		t.Errorf("refused reports left %v", states)
	}
	w.ingest.set(apperr.New(apperr.FailedPrecondition, "REPORT_TOO_LARGE", "more than 10000 events"))
	large := &registryv1.ReadReportRequest{RequestId: uuid.NewString(), Passport: p.GetName()}
	wantReason(t, read(large), "REPORT_TOO_LARGE", "")
	if states := w.settlement.states(); states[settlementv1.ReadState_READ_STATE_VOIDED] != 1 || len(states) != 1 {
		t.Errorf("an undeliverable report left %v", states)
	}
	w.ingest.set(nil)
	wantReason(t, read(large), "READ_VOIDED", "")
	large.RequestId = uuid.NewString()
	must(t, read(large)) // a passport without events is a report, too
}
