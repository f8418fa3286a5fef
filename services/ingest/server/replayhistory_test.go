package server_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
)

// contested has two members tell a vehicle's history, with mistakes, corrections, and disputes that an authority decides.
func (r running) contested(t *testing.T, random *rand.Rand) (passport string) {
	t.Helper()
	passport = r.registry.enrol()
	for months, km := 20, 50_000+random.IntN(100_000); months > 0; months -= 1 + random.IntN(3) {
		shown := km - months*1000
		switch random.IntN(5) {
		case 0:
			shown *= 10
		case 1:
			shown /= 2
		}
		wrong := readMonthsAgo(t, r.garMember, passport, months, shown)
		r.sendNow(t, r.garage, wrong, newEvent(t, r.garMember, passport[10:20]+fmt.Sprint("-wash", months), passport, &eventsv1.Wash{}))
		r.sendNow(t, r.oem, readMonthsAgo(t, r.oemMember, passport, months, km-months*1000+7))
		if shown == km-months*1000 {
			continue
		}
		switch random.IntN(3) {
		case 0:
			r.sendNow(t, r.garage, newEvent(t, r.garMember, passport[10:20]+fmt.Sprint("-fix", months), passport, &eventsv1.Correction{CorrectedEventId: wrong.GetId()}))
		case 1:
			r.dispute(t, passport, months, random.IntN(2) == 0)
		}
	}
	return passport
}

// dispute has the maker dispute the garage's first event, and the authority decide.
func (r running) dispute(t *testing.T, passport string, months int, upheld bool) {
	t.Helper()
	name := firstEvent(t, r.garage, passport)
	r.sendNow(t, r.oem, newEvent(t, r.oemMember, passport[10:20]+fmt.Sprint("-no", months), passport, &eventsv1.DisputeOpened{DisputedEventId: idOf(name)}))
	disputes := history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport})[0].GetStanding().GetDisputes()
	opened := idOf(disputes[len(disputes)-1].GetOpenedBy())
	r.sendNow(t, r.authority, newEvent(t, r.autMember, passport[10:20]+fmt.Sprint("-ruling", months), passport, &eventsv1.DisputeResolved{OpenedEventId: opened, Upheld: upheld}))
}

// told is what the platform says of a passport, as it reaches buyers over REST.
func (r running) told(t *testing.T, passport string) replay.Report {
	t.Helper()
	events, err := r.journal.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := r.journal.GetPassportVerdict(t.Context(), &ingestv1.GetPassportVerdictRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	text, err := protojson.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	read := &ingestv1.ListPassportEventsResponse{}
	if err := protojson.Unmarshal(text, read); err != nil {
		t.Fatal(err)
	}
	return replay.Report{Events: read.GetEvents(), Verdict: verdict.GetVerdict(), Time: time.Now()}
}

// historyOf is what the leaves of all members say of a passport, with one of them changed.
func (r running) historyOf(t *testing.T, passport string, change func(*ingestv1.JournaledEvent) bool) *replay.History {
	t.Helper()
	h, err := replay.NewHistory()
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range []ingestv1.IngestServiceClient{r.authority, r.garage, r.oem} {
		for _, l := range leavesOf(t, client) {
			leaf, err := proof.ParseFrame(l.GetLeaf())
			journaled := &ingestv1.JournaledEvent{}
			if err != nil || proto.Unmarshal(leaf.Payload, journaled) != nil {
				t.Fatal(err)
			}
			if journaled.GetPassport() != passport { // also of marks
				continue
			}
			frame := l.GetLeaf()
			if change != nil && change(journaled) {
				change = nil
				payload, err := proto.Marshal(journaled)
				if err != nil {
					t.Fatal(err)
				}
				frame = proof.Frame(leaf.Type, leaf.Salt, payload)
			}
			if err := h.Add(frame); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h
}

// TestVerdictsAreReplayed computes random histories anew from the leaves of all members: verdicts, indices and plausibilities are
// those that the service has told.
func TestVerdictsAreReplayed(t *testing.T) {
	r := start(t)
	random := rand.New(rand.NewPCG(4, 2)) // #nosec G404 -- for a test
	verdicts := map[ingestv1.Verdict]bool{}
	for range 6 {
		passport := r.contested(t, random)
		h, report := r.historyOf(t, passport, nil), r.told(t, passport)
		outcome, err := h.Replay()
		if err != nil {
			t.Fatal(err)
		}
		if len(outcome.Differences) > 0 || outcome.Plausibilities < 14 || !proto.Equal(outcome.Verdict, report.Verdict) {
			t.Errorf("%v\ncomputed anew %v\ntold %v", outcome.Differences, outcome.Verdict, report.Verdict)
		}
		if differing, err := h.Compare(report); err != nil || len(differing) > 0 {
			t.Errorf("%v, %v", differing, err)
		}
		verdicts[outcome.Verdict.GetVerdict()] = true
	}
	if len(verdicts) < 2 {
		t.Errorf("all verdicts are %v", verdicts)
	}
}

// TestWhatIsToldOtherwiseIsFound changes a report, and a leaf with all that rests on it.
func TestWhatIsToldOtherwiseIsFound(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	for months := 9; months > 0; months -= 2 {
		r.sendNow(t, r.garage, readMonthsAgo(t, r.garMember, passport, months, 80_000-months*1000))
		r.sendNow(t, r.oem, readMonthsAgo(t, r.oemMember, passport, months-1, 40_000-months*1000))
	}
	h := r.historyOf(t, passport, nil)
	for what, c := range map[string]struct {
		change func(*replay.Report)
		want   []string
	}{
		"nothing":          {func(*replay.Report) {}, nil},
		"verdict":          {func(r *replay.Report) { r.Verdict.Verdict = ingestv1.Verdict_VERDICT_CONSISTENT }, []string{"verdict"}},
		"confidence":       {func(r *replay.Report) { r.Verdict.Confidence++ }, []string{"confidence"}},
		"no finding":       {func(r *replay.Report) { r.Verdict.Findings = nil }, []string{"findings"}},
		"evidence":         {func(r *replay.Report) { r.Verdict.Findings[0].Evidence = nil }, []string{"finding "}},
		"event left out":   {func(r *replay.Report) { r.Events = r.Events[1:] }, []string{"event"}},
		"event made up":    {func(r *replay.Report) { r.Events[0].Name = passport + "/events/x" }, []string{"event", "event"}},
		"event twice":      {func(r *replay.Report) { r.Events = append(r.Events, r.Events[0]) }, []string{"event"}},
		"mileage":          {func(r *replay.Report) { r.Events[0].OdometerMetres = proto.Int64(1) }, []string{"mileage"}},
		"index":            {func(r *replay.Report) { r.Events[0].Quality.Index++ }, []string{"index"}},
		"content":          {func(r *replay.Report) { r.Events[0].CloudEvent.Id = "x" }, []string{"content"}},
		"data":             {func(r *replay.Report) { changeData(t, r.Events[0].GetCloudEvent()) }, []string{"content"}},
		"sender":           {func(r *replay.Report) { r.Events[0].Member = "members/x" }, []string{"member"}},
		"as if withdrawn":  {func(r *replay.Report) { r.Events[0].Standing = &ingestv1.EventStanding{Withdrawn: true} }, []string{"withdrawn"}},
		"as if in between": {func(r *replay.Report) { r.Events[0].ReceiveTime.Seconds-- }, []string{"time of acceptance"}},
	} {
		report := r.told(t, passport)
		c.change(&report)
		differing, err := h.Compare(report)
		if err != nil || len(differing) < len(c.want) || len(c.want) == 0 && len(differing) > 0 {
			t.Errorf("%s: %v, %v", what, differing, err)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(differing[i].What, want) {
				t.Errorf("%s: %v", what, differing)
			}
		}
	}
	for what, change := range map[string]func(*ingestv1.Quality){
		"plausibility":        func(q *ingestv1.Quality) { q.Inputs.Plausibility = 10_000 },
		"index":               func(q *ingestv1.Quality) { q.Index-- },
		"completeness":        func(q *ingestv1.Quality) { q.Inputs.Completeness = 1 },
		"base rate":           func(q *ingestv1.Quality) { q.Inputs.BaseRate = 1_000_000 },
		"policy of the index": func(q *ingestv1.Quality) { q.PolicyVersion = "made up" },
	} {
		outcome, err := r.historyOf(t, passport, func(j *ingestv1.JournaledEvent) bool { change(j.GetQuality()); return true }).Replay()
		if err != nil || !slices.ContainsFunc(outcome.Differences, func(d replay.Difference) bool { return d.What == what }) {
			t.Errorf("%s: %v, %v", what, outcome.Differences, err)
		}
	}
}

// changeData shows another mileage in an event.
func changeData(t *testing.T, ce *pb.CloudEvent) {
	t.Helper()
	if err := ce.GetProtoData().MarshalFrom(&eventsv1.OdometerReading{Odometer: odometer("1")}); err != nil {
		t.Fatal(err)
	}
}
