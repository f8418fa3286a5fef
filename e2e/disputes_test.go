package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/pki"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// testDisputes has a garage's reading disputed with evidence over REST and decided by an authority, and looks at it in reports over
// gRPC, REST and by the command line.
func testDisputes(t *testing.T, w *world) {
	w.mint(t, "insurer", "100.00")
	passport := w.newPassport(t, w.garage)
	ack, err := w.garage.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{reading(t, "garage", passport, newID(), "61234")}})
	if err != nil || ack.GetAcknowledgement().GetAccepted() != 1 {
		t.Fatalf("%v, %v", ack, err)
	}
	disputed := awaitStanding(t, w, passport, func(*ingestv1.EventStanding) bool { return true })
	openOverREST(t, w, passport, disputed.GetName())
	disputed = awaitStanding(t, w, passport, (*ingestv1.EventStanding).GetDisputed)
	opened := disputed.GetStanding().GetDisputes()[0]
	if len(opened.GetEvidence()) != 2 || opened.GetEvidence()[0].GetEventId() != lastPart(disputed.GetName()) ||
		!bytes.Equal(opened.GetEvidence()[1].GetDocument().GetSha256(), make([]byte, 32)) || opened.GetOpener() != "members/insurer" {
		t.Errorf("opened: %v", opened)
	}
	sold := sameReports(t, w, passport, disputed, "disputed")

	authority := admitAuthority(t, w)
	resolved, err := event.New(newID(), "/members/police/e2e", passport, time.Now(), &eventsv1.DisputeResolved{
		OpenedEventId: lastPart(opened.GetOpenedBy()), Upheld: true, Finding: "the car was abroad",
	})
	if err != nil {
		t.Fatal(err)
	}
	if ack, err = authority.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{resolved}}); err != nil || ack.GetAcknowledgement().GetAccepted() != 1 {
		t.Fatalf("%v, %v", ack, err)
	}
	disputed = awaitStanding(t, w, passport, (*ingestv1.EventStanding).GetWithdrawn)
	ended := disputed.GetStanding().GetDisputes()[0]
	if disputed.GetStanding().GetDisputed() || ended.GetState() != ingestv1.DisputeState_DISPUTE_STATE_UPHELD ||
		ended.GetResolver() != "members/police" || ended.GetFinding() != "the car was abroad" {
		t.Errorf("resolved: %v", disputed.GetStanding())
	}
	sameReports(t, w, passport, disputed, "withdrawn")
	sharesComeBack(t, w, sold, disputed.GetName())
	if out := w.stack.Run(t, "replay", "quality", "--profile", "garage-admin"); !strings.Contains(out, " 0 differences") {
		t.Errorf("replay: %s", out)
	}
}

// openOverREST has the insurer open a dispute in the JSON format of CloudEvents.
func openOverREST(t *testing.T, w *world, passport, name string) {
	t.Helper()
	data := fmt.Sprintf(`{"disputedEventId":%q,"reason":"written off abroad","evidence":[{"eventId":%q},{"document":{"sha256":%q,"mediaType":"application/pdf"}}]}`,
		lastPart(name), lastPart(name), strings.Repeat("A", 43)+"=")
	ack := sendCloudEvents(t, w.insurer, "application/cloudevents+json", fmt.Sprintf(
		`{"specversion":"1.0","id":%q,"source":"/members/insurer/e2e","type":"pcc.events.v1.DisputeOpened","subject":%q,"time":%q,"data":%s}`,
		newID(), passport, time.Now().UTC().Format(time.RFC3339), data))
	if ack.GetAccepted() != 1 {
		t.Fatalf("the dispute: %v", ack)
	}
}

// awaitStanding waits until the garage's only event of a passport is there and stands so, over REST.
func awaitStanding(t *testing.T, w *world, passport string, stands func(*ingestv1.EventStanding) bool) *ingestv1.Event {
	t.Helper()
	own := &ingestv1.ListEventsResponse{}
	await.Until(t, settleTime, func(ctx context.Context) string {
		own.Reset()
		if err := w.garage.REST.Call(ctx, "GET", "/v1/"+passport+"/events", nil, own); err != nil {
			return err.Error()
		}
		if len(own.GetEvents()) != 1 || !stands(own.GetEvents()[0].GetStanding()) {
			return fmt.Sprintf("the events are %v", own)
		}
		return ""
	})
	return own.GetEvents()[0]
}

// sharesComeBack waits until a read that was sold with an event is divided without it, and computes it again from the command line.
func sharesComeBack(t *testing.T, w *world, read, event string) {
	t.Helper()
	receipt := &settlementv1.Read{}
	await.Until(t, settleTime, func(ctx context.Context) string {
		receipt.Reset()
		if err := w.insurer.REST.Call(ctx, "GET", "/v1/"+read, nil, receipt); err != nil {
			return err.Error()
		}
		if v := receipt.GetRevisions(); len(v) != 1 || v[0].GetEvent() != event {
			return fmt.Sprintf("the revisions are %v", v)
		}
		return ""
	})
	for _, s := range receipt.GetRevisions()[0].GetShares() {
		if s.GetKind() == settlementv1.ShareKind_SHARE_KIND_CONTRIBUTION {
			t.Errorf("somebody earns by the refuted event: %v", s)
		}
	}
	if out := w.stack.Run(t, "replay", "settlement", read, "--profile", "insurer-admin"); !strings.Contains(out, "1 revisions") || !strings.Contains(out, "0 differences") {
		t.Errorf("replay: %s", out)
	}
}

// sameReports wants buyers to see an event as its own member does, and returns the name of a read that was paid.
func sameReports(t *testing.T, w *world, passport string, want *ingestv1.Event, word string) (read string) {
	t.Helper()
	overGRPC, err := w.insurer.Reports.ReadReport(t.Context(), &registryv1.ReadReportRequest{RequestId: newID(), Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	overREST := &registryv1.ReadReportResponse{}
	if err := w.insurer.REST.Call(t.Context(), "POST", "/v1/"+passport+":report", &registryv1.ReadReportRequest{RequestId: newID()}, overREST); err != nil {
		t.Fatal(err)
	}
	for way, report := range map[string]*registryv1.ReadReportResponse{"gRPC": overGRPC, "REST": overREST} {
		if got := report.GetEvents()[0]; !proto.Equal(got, want) {
			t.Errorf("%s: %v, want %v", way, got, want)
		}
	}
	out := w.stack.Run(t, "report", passport, "--profile", "insurer-admin")
	if !strings.Contains(out, word) || !strings.Contains(out, `members/insurer: "written off abroad"`) {
		t.Errorf("%s is not in\n%s", word, out)
	}
	return overGRPC.GetReceipt().GetName()
}

// admitAuthority admits a fourth member, which has no peer.
func admitAuthority(t *testing.T, w *world) *caller.Caller {
	t.Helper()
	ca := pki.New(t, "Police")
	file := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	out := w.stack.Run(t, "member", "admit", "police", "--class", "authority", "--msp", "PoliceMSP", "--display-name", "Test police",
		"--ca", file, "--administrator", "police/admin")
	if !strings.Contains(out, "MEMBER_STATE_ACTIVE") {
		t.Fatalf("admission: %s", out)
	}
	authority := caller.New(t, w.platform, certificate(ca.Issue(t, "admin")))
	await.Until(t, settleTime, func(ctx context.Context) string {
		if _, err := authority.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{}); err != nil {
			return err.Error()
		}
		return ""
	})
	return authority
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
