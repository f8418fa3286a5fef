package postgres_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
)

const member = "oem"

func newStore(t *testing.T) (*postgres.Store, *pgxpool.Pool) {
	t.Helper()
	sources, err := migrations.Sources("ingest")
	if err != nil {
		t.Fatal(err)
	}
	pool := testkit.Schema(t, "ingest", sources...)
	return postgres.NewStore(pool, pool), pool
}

// checkpointsOf returns the newest checkpoint of each stream.
func checkpointsOf(t *testing.T, pool *pgxpool.Pool) []ingest.Checkpoint {
	t.Helper()
	stored, err := journal.Checkpoints(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	checkpoints := make([]ingest.Checkpoint, len(stored))
	for i, cp := range stored {
		checkpoints[i] = ingest.Checkpoint(cp)
	}
	return checkpoints
}

// newEvents makes events of one passport with so many bytes each.
func newEvents(passport uuid.UUID, n, bytes int) []ingest.Event {
	now := time.Now().UTC().Truncate(time.Microsecond)
	events := make([]ingest.Event, n)
	for i := range events {
		content := make([]byte, bytes)
		copy(content, fmt.Sprint(i))
		events[i] = ingest.Event{
			ID: uuid.Must(uuid.NewV7()), Member: member, Key: ingest.Key{Source: "/members/oem/x", EventID: uuid.NewString()},
			Type: "pcc.events.v1.Wash", Passport: passport, OccurredAt: now, ReceivedAt: now,
			Bytes: content, ContentHash: sha256.Sum256(content), Quality: base(ingest.ClassMaker),
		}
	}
	return events
}

func TestPagesEndBeforeTheyGetTooLarge(t *testing.T) {
	store, _ := newStore(t)
	passport := uuid.New()
	if _, err := store.Journal(t.Context(), newEvents(passport, 200, 60<<10), appraiser()); err != nil {
		t.Fatal(err)
	}
	after, seen := uuid.Nil, 0
	for more := true; more; {
		var page []ingest.JournaledEvent
		var err error
		page, more, err = store.ListEvents(t.Context(), member, passport, after, 1000, ingest.View{})
		if err != nil || len(page) == 0 || len(page) > 150 {
			t.Fatalf("a page of %d events of 60 KiB, %v", len(page), err)
		}
		after, seen = page[len(page)-1].ID, seen+len(page)
	}
	if seen != 200 {
		t.Errorf("%d events in all pages, want 200", seen)
	}
	if _, err := store.PassportEvents(t.Context(), passport); !errors.Is(err, ingest.ErrReportTooLarge) {
		t.Errorf("12 MB in one report: %v, want REPORT_TOO_LARGE", err)
	}
	if _, err := store.ProvePassport(t.Context(), passport, nil); !errors.Is(err, ingest.ErrReportTooLarge) {
		t.Errorf("12 MB of proofs: %v, want REPORT_TOO_LARGE", err)
	}
}

// TestLargeReport has more events than the journal proves at once.
func TestLargeReport(t *testing.T) {
	store, pool := newStore(t)
	passport := uuid.New()
	for range 2 {
		if _, err := store.Journal(t.Context(), newEvents(passport, 5000, 20), appraiser()); err != nil {
			t.Fatal(err)
		}
	}
	proven, err := store.ProvePassport(t.Context(), passport, checkpointsOf(t, pool))
	if err != nil || len(proven.Events) != ingest.MaxReportEvents || proven.After != 0 {
		t.Fatalf("%d proven, %d after, %v", len(proven.Events), proven.After, err)
	}
	for i, p := range proven.Events {
		if p.Position.Sequence != uint64(i) || len(p.Leaf) == 0 || len(p.Proof) == 0 {
			t.Fatalf("event %d is %+v", i, p.Position)
		}
	}
	if _, err := store.Journal(t.Context(), newEvents(passport, 1, 20), appraiser()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.PassportEvents(t.Context(), passport); !errors.Is(err, ingest.ErrReportTooLarge) {
		t.Errorf("one event too many: %v, want REPORT_TOO_LARGE", err)
	}
	if _, err := pool.Exec(t.Context(), "UPDATE event SET quality = 99"); err == nil {
		t.Error("an event was changed")
	}
}

// TestDeadLettersAreBounded fills a member's letters by hand and adds to them.
func TestDeadLettersAreBounded(t *testing.T) {
	store, pool := newStore(t)
	const fill = `
		WITH filled AS (
			INSERT INTO dead_letter (id, member, position, source, event_id, reason, field, detail, content_hash, created_at, replayed_at)
			SELECT gen_random_uuid(), $1, 0, 's', 'e', 'FIELD_INVALID', '', '', sha256(n::text::bytea), now(), CASE WHEN n = 777 THEN now() END
			FROM generate_series(1, $2::int) AS n RETURNING 1)
		INSERT INTO member_count (member, dead_letters) SELECT $1, count(*) FROM filled`
	if _, err := pool.Exec(t.Context(), fill, member, ingest.MaxDeadLetters); err != nil {
		t.Fatal(err)
	}
	letter := ingest.DeadLetter{
		ID: uuid.Must(uuid.NewV7()), Member: member, Bytes: []byte("x"), ContentHash: sha256.Sum256([]byte("new")), CreatedAt: time.Now(),
		Rejection: ingest.Rejection{Fault: ingest.Fault{Reason: ingest.ReasonFieldInvalid}},
	}
	for range 2 { // the second time it is there already
		if err := store.AddDeadLetters(t.Context(), []ingest.DeadLetter{letter}); err != nil {
			t.Fatal(err)
		}
	}
	_, kept, err := store.Counts(t.Context(), member)
	if err != nil || kept != ingest.MaxDeadLetters {
		t.Errorf("%d letters are counted, %v", kept, err)
	}
	var rows, replayed int
	if err := pool.QueryRow(t.Context(), "SELECT count(*), count(replayed_at) FROM dead_letter").Scan(&rows, &replayed); err != nil {
		t.Fatal(err)
	}
	if rows != ingest.MaxDeadLetters || replayed != 0 {
		t.Errorf("%d letters, %d of them replayed: the replayed one goes first", rows, replayed)
	}
	if _, err := store.GetDeadLetter(t.Context(), member, letter.ID); err != nil {
		t.Errorf("the new letter: %v", err)
	}
}

func TestDatabaseDownIsUnavailable(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), fmt.Sprintf("postgres://nobody@127.0.0.1:%d/none?connect_timeout=1", testkit.FreePort(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	store := postgres.NewStore(pool, pool)
	_, hashes := store.ContentHashes(t.Context(), []ingest.Key{{Source: "s", EventID: "e"}})
	_, passports := store.KnownPassports(t.Context(), []uuid.UUID{uuid.New()})
	_, journal := store.Journal(t.Context(), newEvents(uuid.New(), 1, 1), appraiser())
	_, _, counts := store.Counts(t.Context(), member)
	for what, err := range map[string]error{"hashes": hashes, "passports": passports, "journal": journal, "counts": counts} {
		if e := apperr.As(err); e == nil || e.Kind != apperr.Unavailable || e.Reason != "DATABASE_UNAVAILABLE" {
			t.Errorf("%s: %v, want DATABASE_UNAVAILABLE", what, err)
		}
	}
}

// TestALetterThatIsRefusedAgain is an event that passed the checks of its replay and that the writer refused after all.
func TestALetterThatIsRefusedAgain(t *testing.T) {
	store, _ := newStore(t)
	letter := ingest.DeadLetter{
		ID: uuid.Must(uuid.NewV7()), Member: member, Bytes: []byte("x"), ContentHash: sha256.Sum256([]byte("x")), CreatedAt: time.Now(),
		Rejection: ingest.Rejection{Fault: *ingest.NewFault(ingest.ReasonEventMalformed, "", "malformed")},
	}
	if err := store.AddDeadLetters(t.Context(), []ingest.DeadLetter{letter}); err != nil {
		t.Fatal(err)
	}
	if replayed, err := store.MarkReplayed(t.Context(), member, letter.ID); err != nil || replayed.ReplayedAt == nil {
		t.Fatalf("replayed: %+v, %v", replayed, err)
	}
	again := letter
	again.ID = uuid.Must(uuid.NewV7())
	if err := store.AddDeadLetters(t.Context(), []ingest.DeadLetter{again}); err != nil {
		t.Fatal(err)
	}
	letters, _, err := store.ListDeadLetters(t.Context(), member, uuid.Max, 10)
	if err != nil || len(letters) != 1 || letters[0].ReplayedAt != nil {
		t.Errorf("letters %+v, %v: want the one, which waits again", letters, err)
	}
}
