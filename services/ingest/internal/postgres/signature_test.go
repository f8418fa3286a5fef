package postgres_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/signing"
)

// signAll signs events of one source as the checks would have let them through.
func signAll(t *testing.T, signer *signing.Signer, events []ingest.Event) {
	t.Helper()
	encoded := make([][]byte, len(events))
	candidates := make([]ingest.Candidate, len(events))
	for i := range events {
		encoded[i], candidates[i] = events[i].Bytes, ingest.Candidate{Bytes: events[i].Bytes}
	}
	sealed, err := signer.Sign(encoded)
	if err != nil {
		t.Fatal(err)
	}
	ingest.Sign(candidates, sealed)
	for i := range events {
		events[i].Signature = candidates[i].Signature
	}
}

// TestNothingIsJournaledBehindTheEndOfItsKey revokes a key while events that it signed are under way: they were acknowledged, so
// they become dead letters and are not lost.
func TestNothingIsJournaledBehindTheEndOfItsKey(t *testing.T) {
	store, pool := newStore(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signing.NewSigner(private, "/members/oem/x", signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	passport := uuid.New()
	ctx := authn.WithPrincipal(t.Context(), authn.Principal{Member: member, Name: "admin"})
	change(ctx, t, store, func(tx postgres.Tx) (ingest.SourceKey, error) {
		key := ingest.SourceKey{ID: signer.Public().ID(), Member: member, Source: "/members/oem/x", Public: signer.Public(), CreatedAt: time.Now()}
		return tx.AddSourceKey(ctx, key, nil)
	})
	before, underWay, unsigned := newEvents(passport, 3, 20), newEvents(passport, 2, 30), newEvents(passport, 1, 40)
	signAll(t, signer, before)
	signAll(t, signer, underWay)
	if sum, err := store.Journal(ctx, before, appraiser()); err != nil || sum.Fresh != 3 {
		t.Fatalf("%+v, %v", sum, err)
	}
	ended := change(ctx, t, store, func(tx postgres.Tx) (ingest.SourceKey, error) {
		return tx.EndSourceKey(ctx, member, signer.Public().ID(), "", time.Now())
	})
	if ended.EndSequence != 4 { // three events and their statement
		t.Errorf("the key ends at %d", ended.EndSequence)
	}
	sum, err := store.Journal(ctx, append(underWay, unsigned...), appraiser())
	if want := (ingest.Journaled{Fresh: 1, Revoked: 2}); err != nil || sum != want {
		t.Errorf("%+v, %v, want %+v", sum, err, want)
	}
	letters, _, err := store.ListDeadLetters(ctx, member, uuid.Max, 10)
	if err != nil || len(letters) != 2 {
		t.Fatalf("letters %v, %v", letters, err)
	}
	for _, l := range letters {
		if l.Reason != ingest.ReasonKeyRevoked || l.Signature == nil {
			t.Errorf("letter %+v", l)
		}
	}
	for _, statement := range []string{
		"UPDATE source_key SET source = source || 'x'", "UPDATE source_key SET revoked_at = NULL, end_sequence = NULL",
		"DELETE FROM source_key", "DELETE FROM source_statement",
	} {
		if _, err := pool.Exec(ctx, statement); err == nil {
			t.Errorf("the database permits: %s", statement)
		}
	}
}

// TestSignaturesCountInTheSizeOfProofs: as many events as a report holds are too many for an answer once each is shown with a
// statement of a source with a long name.
func TestSignaturesCountInTheSizeOfProofs(t *testing.T) {
	store, pool := newStore(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signing.NewSigner(private, "/members/oem/"+strings.Repeat("x", 200), signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	passport := uuid.New()
	for range ingest.MaxReportEvents / signing.MaxEvents {
		events := newEvents(passport, signing.MaxEvents, 20)
		signAll(t, signer, events)
		if _, err := store.Journal(t.Context(), events, appraiser()); err != nil {
			t.Fatal(err)
		}
	}
	if events, err := store.PassportEvents(t.Context(), passport); err != nil || len(events) != ingest.MaxReportEvents {
		t.Errorf("%d events, %v", len(events), err)
	}
	if _, err := store.ProvePassport(t.Context(), passport, checkpointsOf(t, pool)); !errors.Is(err, ingest.ErrReportTooLarge) {
		t.Errorf("proofs: %v, want REPORT_TOO_LARGE", err)
	}
}

// TestAnEventIsProvenWithItsStatementHoweverItCame journals events of one statement in several transactions, as a batch does
// that is too large for one message, and again with the rest of another member's: each is proven with the statement, and nothing
// but its own hash and those beside it were needed.
func TestAnEventIsProvenWithItsStatementHoweverItCame(t *testing.T) {
	store, pool := newStore(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signing.NewSigner(private, "/members/oem/x", signing.State{})
	if err != nil {
		t.Fatal(err)
	}
	passport := uuid.New()
	events := newEvents(passport, 11, 20)
	signAll(t, signer, events)
	journal := func(indexes ...int) {
		t.Helper()
		cover, err := events[0].Signature.Of(indexes)
		if err != nil {
			t.Fatal(err)
		}
		var part []ingest.Event
		for _, index := range indexes {
			e := events[index]
			e.Signature = &ingest.Signature{Cover: cover, Index: index}
			part = append(part, e)
		}
		if _, err := store.Journal(t.Context(), part, appraiser()); err != nil {
			t.Fatal(err)
		}
	}
	journal(3)
	journal(0, 1, 2, 3, 4) // 3 is there before
	journal(9, 10)
	checkpoints := checkpointsOf(t, pool)
	if len(checkpoints) != 1 || checkpoints[0].Size != 7+3 {
		t.Fatalf("%+v: want seven events and three statements", checkpoints)
	}
	proven, err := store.ProvePassport(t.Context(), passport, checkpoints)
	if err != nil || len(proven.Events) != 7 {
		t.Fatalf("%d proven, %v", len(proven.Events), err)
	}
	var indexes []int
	for _, e := range proven.Events {
		at := slices.IndexFunc(events, func(of ingest.Event) bool { return bytes.Contains(e.Leaf, of.Bytes) })
		statement, err := signing.Parse(e.Statement)
		if err != nil || statement.VerifyEvent(events[at].ContentHash, uint64(at), e.Path) != nil {
			t.Errorf("event %d: its statement does not cover it, %v", at, err)
		}
		indexes = append(indexes, at)
	}
	if slices.Sort(indexes); !slices.Equal(indexes, []int{0, 1, 2, 3, 4, 9, 10}) {
		t.Errorf("events %v", indexes)
	}
	const longest = 40 << 10
	var most int
	if err := pool.QueryRow(t.Context(), "SELECT max(octet_length(leaf)) FROM journal_entry").Scan(&most); err != nil || most > longest {
		t.Errorf("an entry of %d bytes, %v", most, err)
	}
}

func change(ctx context.Context, t *testing.T, store *postgres.Store, f func(postgres.Tx) (ingest.SourceKey, error)) (k ingest.SourceKey) {
	t.Helper()
	req := &ingestv1.RevokeSourceKeyRequest{RequestId: uuid.NewString()}
	_, err := postgres.Once(ctx, store, "test", req, &ingestv1.RevokeSourceKeyResponse{}, func(tx postgres.Tx) (*ingestv1.RevokeSourceKeyResponse, error) {
		var err error
		k, err = f(tx)
		return &ingestv1.RevokeSourceKeyResponse{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}
