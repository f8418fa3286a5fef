package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/history"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const passport = "passports/0199e9d4-0000-7000-8000-000000000001"

func sample(t *testing.T) history.Source {
	t.Helper()
	source, err := history.Open(history.FormatSample, "", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestDryRunAccountsForEveryRow(t *testing.T) {
	reported := map[string]int{}
	sums, err := DryRun(t.Context(), sample(t), func(r history.Rejection) error {
		reported[string(r.Code)]++
		return nil
	})
	if err != nil || sums.Accepted+sums.RejectedTotal() != sums.RowsRead || sums.RejectedTotal() == 0 {
		t.Errorf("sums = %+v, error %v", sums, err)
	}
	if diff := cmp.Diff(sums.Rejected, reported); diff != "" {
		t.Errorf("rejections (-counted +reported):\n%s", diff)
	}
}

// TestDryRunFindsWhatHasNotHappenedYet: the platform would refuse it, so the dry run names its line.
func TestDryRunFindsWhatHasNotHappenedYet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signals.jsonl")
	const line = `{"pseudonym":"a","path":"Vehicle.TraveledDistance","value":1,"timestamp":"%d-03-01T12:00:00Z","release":"5.1"}` + "\n"
	if err := os.WriteFile(path, fmt.Appendf(nil, line+line, 2020, time.Now().Year()+2), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := history.Open("vss", path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var rejected []history.Rejection
	sums, err := DryRun(t.Context(), source, func(r history.Rejection) error {
		rejected = append(rejected, r)
		return nil
	})
	if err != nil || sums.RowsRead != 2 || sums.Accepted != 1 || sums.Rejected["TIME_IN_FUTURE"] != 1 {
		t.Errorf("sums = %+v, error %v", sums, err)
	}
	if len(rejected) != 1 || rejected[0].Line != 2 || rejected[0].Code != "TIME_IN_FUTURE" {
		t.Errorf("rejected = %+v", rejected)
	}
}

func TestDryRunEnds(t *testing.T) {
	full := errors.New("the disk is full")
	if _, err := DryRun(t.Context(), sample(t), func(history.Rejection) error { return full }); !errors.Is(err, full) {
		t.Errorf("error %v, want that of the report", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if sums, err := DryRun(ctx, sample(t), func(history.Rejection) error { return nil }); !errors.Is(err, context.Canceled) || sums.RowsRead != 0 {
		t.Errorf("%d rows read, error %v", sums.RowsRead, err)
	}
}

// TestRefusedEventsKeepTheirPlace holds a refusal's index in the batch against the row it comes from.
func TestRefusedEventsKeepTheirPlace(t *testing.T) {
	var refused []history.Rejection
	s := NewSender(nil, "oem")
	s.rejected = func(r history.Rejection) error {
		refused = append(refused, r)
		return nil
	}
	for line := 1; line < eventsPerBatch; line++ { // one short of a batch, which would be sent
		ce, err := newEvent(s.Source("x"), passport, history.Event{Line: line, Key: strconv.Itoa(line), Time: time.Unix(1, 0), Message: &eventsv1.Wash{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.send(t.Context(), ce, place{line: line, row: 2}); err != nil {
			t.Fatal(err)
		}
	}
	pending := []*ingestv1.StreamEventsRequest{{BatchNumber: 0, Events: s.batch}}
	ack := &ingestv1.StreamEventsResponse{Acknowledgement: &ingestv1.BatchAcknowledgement{
		Accepted:   eventsPerBatch - 2,
		Rejections: []*ingestv1.Rejection{{Index: 41, Reason: "PASSPORT_UNKNOWN", Detail: "no such passport"}},
	}}
	if err := s.acknowledge(&pending, ack); err != nil {
		t.Fatal(err)
	}
	want := []history.Rejection{{Line: 42, Row: 2, Code: "PASSPORT_UNKNOWN", Reason: "the platform refused the event: no such passport"}}
	if diff := cmp.Diff(want, refused); diff != "" || len(s.places) != 0 {
		t.Errorf("%d places left, rejections (-want +got):\n%s", len(s.places), diff)
	}
}

func TestAnEventKeepsItsOwnIdentity(t *testing.T) {
	own := history.Event{ID: "r-1", Source: "/members/oem/cloud", Time: time.Unix(1, 0), Message: &eventsv1.Wash{}}
	ce, err := newEvent("/members/oem/import/x", passport, own)
	if err != nil || ce.GetId() != "r-1" || ce.GetSource() != "/members/oem/cloud" {
		t.Errorf("event = %v, error %v", ce, err)
	}
	foreign := history.Event{Key: "r-1", Time: time.Unix(1, 0), Message: &eventsv1.Wash{}}
	ce, err = newEvent("/members/oem/import/x", passport, foreign)
	if err != nil || ce.GetId() == "r-1" || ce.GetSource() != "/members/oem/import/x" {
		t.Errorf("event = %v, error %v", ce, err)
	}
}

func TestKnownIsBoundedAndRemembers(t *testing.T) {
	k := newKnown()
	vin := func(n int) history.VIN { return history.VIN(strconv.Itoa(n)) }
	for n := range 3 * maxKnown {
		k.put(vin(n), enrolment{passport: strconv.Itoa(n)})
	}
	if size := len(k.young) + len(k.old); size > 2*maxKnown {
		t.Errorf("%d vehicles are kept", size)
	}
	for n := 2 * maxKnown; n < 3*maxKnown; n++ {
		if e, ok := k.get(vin(n)); !ok || e.passport != strconv.Itoa(n) {
			t.Fatalf("vehicle %d is forgotten", n)
		}
	}
	if _, ok := k.get(vin(0)); ok {
		t.Error("the first vehicle is still kept")
	}
}
