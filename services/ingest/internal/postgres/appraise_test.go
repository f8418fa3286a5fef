package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

var policy = quality.DefaultPolicy()

func base(class ingest.Class) ingest.Quality { return ingest.BaseQuality(&policy, class) }

// appraiser takes every event with a mileage for one read at an inspection: the events of these tests have no content.
func appraiser() *ingest.Appraiser {
	return &ingest.Appraiser{
		Quality: policy, Odometer: adjudication.DefaultPolicy(),
		Evidence: func(e *ingest.Event) (ingest.Evidence, error) {
			evidence := ingest.Evidence{Completeness: quality.One}
			switch e.Type {
			case "pcc.events.v1.Correction":
				evidence.Note = &ingest.Note{Kind: ingest.Correction, Target: "none"}
			case "pcc.events.v1.DisputeOpened":
				evidence.Note = &ingest.Note{Kind: ingest.Objection, Target: uuid.Nil.String(), Evidence: []ingest.Exhibit{{Event: uuid.Max}}}
			}
			if e.OdometerMetres != nil {
				evidence.Mileage = &ingest.Mileage{
					RawValue: fmt.Sprint(*e.OdometerMetres / 1000), RawUnit: adjudication.Kilometre,
					Provenance: adjudication.InspectionTerminal, Kind: adjudication.KindInspection,
				}
			}
			return evidence, nil
		},
	}
}

var begin = time.Date(2024, time.January, 10, 9, 0, 0, 0, time.UTC)

// mileage is a reading of a member in a month, accepted within the hour.
func mileage(sender string, passport uuid.UUID, month int, kilometres int64) ingest.Event {
	at := begin.AddDate(0, month, 0)
	content := fmt.Appendf(nil, "%s %s %d %d", sender, passport, month, kilometres)
	metres := kilometres * 1000
	return ingest.Event{
		ID: uuid.Must(uuid.NewV7()), Member: sender, Key: ingest.Key{Source: "/members/" + sender + "/x", EventID: uuid.NewString()},
		Type: "pcc.events.v1.Inspection", Passport: passport, OccurredAt: at, ReceivedAt: at.Add(time.Hour), OdometerMetres: &metres,
		Bytes: content, ContentHash: sha256.Sum256(content), Quality: base(ingest.ClassGarage),
	}
}

// marks returns the outcomes of the journaled marks of a member, which must be numbered without gaps.
func marks(t *testing.T, pool *pgxpool.Pool, sender string) (outcomes []ingestv1.MarkOutcome) {
	t.Helper()
	entries, err := journal.Entries(t.Context(), pool, ingest.StreamOf(sender), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		leaf, err := proof.ParseFrame(e.Frame)
		if err != nil {
			t.Fatal(err)
		}
		if leaf.Type != "pcc.ingest.v1.ReputationMark" {
			continue
		}
		mark := &ingestv1.ReputationMark{}
		if err := proto.Unmarshal(leaf.Payload, mark); err != nil {
			t.Fatal(err)
		}
		outcomes = append(outcomes, mark.GetOutcome())
		if mark.GetNumber() != int64(len(outcomes)) || len(mark.GetCauseLeafHash()) != 32 || mark.GetDataKind() != "odometer" {
			t.Errorf("mark %v", mark)
		}
	}
	return outcomes
}

func journalAll(t *testing.T, store *postgres.Store, batches ...[]ingest.Event) {
	t.Helper()
	for _, events := range batches {
		if _, err := store.Journal(t.Context(), events, appraiser()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestIndependentMembersMakeReputations has one garage typing a digit too many between the honest readings of others.
func TestIndependentMembersMakeReputations(t *testing.T) {
	store, pool := newStore(t)
	passport := uuid.New()
	wrong := mileage("hasty", passport, 4, 120_000)
	last := mileage("third", passport, 9, 16_000)
	batches := [][]ingest.Event{
		{mileage("first", passport, 0, 10_000)}, {wrong}, {mileage("other", passport, 6, 14_000), mileage("first", passport, 7, 15_000)}, {last},
	}
	journalAll(t, store, batches...)
	journalAll(t, store, batches...) // delivered again: nothing happens twice
	const confirmed, refuted = ingestv1.MarkOutcome_MARK_OUTCOME_CONFIRMED, ingestv1.MarkOutcome_MARK_OUTCOME_REFUTED
	for sender, want := range map[string][]ingestv1.MarkOutcome{
		"first": {confirmed, confirmed}, "other": {confirmed}, "hasty": {refuted}, "third": nil,
	} {
		if got := marks(t, pool, sender); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s has the marks %v, want %v", sender, got, want)
		}
	}
	var reputation quality.Reputation
	if err := pool.QueryRow(t.Context(), "SELECT confirmations, refutations, marks FROM reputation WHERE member = 'hasty'").
		Scan(&reputation.Confirmations, &reputation.Refutations, &reputation.Marks); err != nil {
		t.Fatal(err)
	}
	if reputation != (quality.Reputation{Refutations: quality.One, Marks: 1}) {
		t.Errorf("reputation %+v", reputation)
	}
	next := mileage("hasty", uuid.New(), 10, 5)
	journalAll(t, store, []ingest.Event{next})
	if got := qualityOf(t, pool, next.ID); got.Inputs.Refutations == 0 || got.Marks != 1 {
		t.Errorf("the next event of a refuted source has %+v", got)
	}
}

// TestOwnReadingsConfirmNothing is about a member that agrees with itself, and one that repeats what others have said.
func TestOwnReadingsConfirmNothing(t *testing.T) {
	store, pool := newStore(t)
	passport := uuid.New()
	copied := mileage("copycat", passport, 1, 10_900)
	copied.ReceivedAt = begin.AddDate(1, 0, 0)
	journalAll(t, store,
		[]ingest.Event{mileage("garage", passport, 0, 10_000), mileage("garage", passport, 2, 12_000)},
		[]ingest.Event{mileage("garage", passport, 3, 13_000)}, []ingest.Event{copied})
	if got := marks(t, pool, "copycat"); got != nil {
		t.Errorf("a copied reading was confirmed by what it was copied from: %v", got)
	}
	if got := marks(t, pool, "garage"); len(got) != 1 {
		t.Errorf("marks of the garage: %v, want one by the late reading", got)
	}
}

// TestStatesDependOnNoOrder journals the same readings in three orders and groupings.
func TestStatesDependOnNoOrder(t *testing.T) {
	verdicts := map[string]bool{}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}} {
		store, pool := newStore(t)
		passport := uuid.New()
		readings := []ingest.Event{
			mileage("a", passport, 0, 50_000), mileage("b", passport, 5, 58_000), mileage("a", passport, 9, 20_000),
			mileage("c", passport, 14, 24_000), mileage("b", passport, 20, 28_000),
		}
		for _, i := range order {
			journalAll(t, store, readings[i:i+1])
		}
		var verdict string
		if err := pool.QueryRow(t.Context(), "SELECT verdict || ' ' || revision FROM odometer_state").Scan(&verdict); err != nil {
			t.Fatal(err)
		}
		verdicts[verdict] = true
	}
	if len(verdicts) != 1 || !verdicts["rollback_established 5"] {
		t.Errorf("verdicts %v", verdicts)
	}
}

// TestStateOfAnotherReleaseIsMadeAnew has a vehicle's state replaced by one of a format that is not known, and compares with another
// vehicle to which that did not happen.
func TestStateOfAnotherReleaseIsMadeAnew(t *testing.T) {
	var want string
	for _, disturbed := range []bool{false, true} {
		store, pool := newStore(t)
		passport := uuid.New()
		journalAll(t, store,
			[]ingest.Event{mileage("a", passport, 0, 50_000), mileage("b", passport, 5, 58_000)}, []ingest.Event{mileage("a", passport, 9, 20_000)})
		if disturbed {
			if _, err := pool.Exec(t.Context(), "UPDATE odometer_state SET tail = $1", "of another kind"); err != nil {
				t.Fatal(err)
			}
			if v, err := store.Vehicle(t.Context(), passport); v != nil || err != nil {
				t.Errorf("read as %+v, %v", v, err)
			}
		}
		journalAll(t, store, []ingest.Event{mileage("c", passport, 14, 24_000), mileage("b", passport, 20, 28_000)})
		v, err := store.Vehicle(t.Context(), passport)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(v.Revision, len(v.Readings), v.History.Judge(adjudication.DefaultPolicy()).Verdict, marks(t, pool, "a"), marks(t, pool, "b"), marks(t, pool, "c"))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("made anew: %s, want %s", got, want)
		}
	}
}

// qualityOf reads an event's quality from its leaf.
func qualityOf(t *testing.T, pool *pgxpool.Pool, id uuid.UUID) ingest.Quality {
	t.Helper()
	var frame []byte
	if err := pool.QueryRow(t.Context(), "SELECT leaf FROM journal_entry j JOIN event e USING (stream, seq) WHERE e.id = $1", id).Scan(&frame); err != nil {
		t.Fatal(err)
	}
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		t.Fatal(err)
	}
	journaled := &ingestv1.JournaledEvent{}
	if err := proto.Unmarshal(leaf.Payload, journaled); err != nil {
		t.Fatal(err)
	}
	return wire.ToQuality(journaled.GetQuality())
}

// TestLongHistoriesAreKeptInParts journals a reading a transaction, so that the tail overflows again and again, then one by another
// member, which confirms all of the body, and compares with a recomputation.
func TestLongHistoriesAreKeptInParts(t *testing.T) {
	store, pool := newStore(t)
	passport := uuid.New()
	const months = 70 // more than the periods that are kept, so that the selection gets coarser
	var events []ingest.Event
	for month := range months {
		events = append(events, mileage("maker", passport, month, int64(10_000+1000*month)))
		journalAll(t, store, events[month:])
	}
	var tail, body int
	if err := pool.QueryRow(t.Context(), "SELECT octet_length(tail), octet_length(readings) FROM odometer_state JOIN odometer_body USING (passport)").
		Scan(&tail, &body); err != nil || tail == 0 || body < tail {
		t.Fatalf("the tail has %d bytes, the body %d: %v", tail, body, err)
	}
	if got := marks(t, pool, "maker"); got != nil {
		t.Errorf("confirmed by nobody else: %v", got)
	}
	events = append(events, mileage("garage", passport, months, 10_000+1000*months))
	journalAll(t, store, events[months:])

	want, err := appraiser().Verdict(events, nil, begin.AddDate(20, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	v, err := store.Vehicle(t.Context(), passport)
	if err != nil {
		t.Fatal(err)
	}
	got := v.History.Judge(adjudication.DefaultPolicy())
	if !slices.Equal(got.Assessments, want.Assessments) || got.Verdict != want.Verdict || got.Metres != want.Metres || got.Confidence != want.Confidence {
		t.Errorf("kept in parts it is judged %+v, all at once %+v", got, want)
	}
	if v.Revision != months+1 || len(v.Readings) != len(want.Assessments) || len(marks(t, pool, "maker")) != len(v.Readings)-1 {
		t.Errorf("revision %d, %d readings of %d, %d marks", v.Revision, len(v.Readings), len(want.Assessments), len(marks(t, pool, "maker")))
	}
	for i := range v.Readings[:len(v.Readings)-1] {
		if !v.Readings[i].Confirmed {
			t.Errorf("reading %d of %d is not marked", i, len(v.Readings))
		}
	}
}
