package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
)

func newStore(t *testing.T) (*postgres.Store, *pgxpool.Pool) {
	t.Helper()
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	pool := testkit.Schema(t, "anchor", sources...)
	return postgres.New(pool), pool
}

// candidate returns a record of that number; two with other times are other records.
func candidate(t *testing.T, number uint64, millis int64) anchor.Candidate {
	t.Helper()
	r := model.EpochRecord{
		Number: number, TimeUnixMilli: millis,
		Streams: []model.StreamCheckpoint{{Stream: "ingest/oem", Size: number, Root: model.Hash{byte(number)}}},
	}
	if number > 1 {
		r.PreviousHash = model.Hash{byte(number - 1)}
	}
	text, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	c, err := anchor.ParseCandidate(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func transaction(id string) anchor.Transaction {
	return anchor.Transaction{ID: id, Channel: "pcc", Chaincode: "pcc", Block: 7, Endorsements: []anchor.Endorsement{
		{MSPID: "OemMSP", CertificatePEM: "pem 1", Signature: []byte{1}, Signed: []byte{2}},
		{MSPID: "GarageMSP", CertificatePEM: "pem 2", Signature: []byte{3}, Signed: []byte{4}},
	}}
}

func add(t *testing.T, s *postgres.Store, candidates ...anchor.Candidate) {
	t.Helper()
	for _, c := range candidates {
		if err := s.AddCandidate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheAnchoredCandidateIsTheEpoch(t *testing.T) {
	s, _ := newStore(t)
	older, newer := candidate(t, 1, 1000), candidate(t, 1, 2000)
	add(t, s, older, newer, newer)
	if pending, err := s.Pending(t.Context()); err != nil || pending.Hash != newer.Hash {
		t.Errorf("pending %+v, %v; want the newer", pending, err)
	}
	if shown, err := s.Epoch(t.Context(), 1); err != nil || shown.Hash != newer.Hash || shown.Transaction != nil {
		t.Errorf("epoch %+v, %v; want the newer, pending", shown, err)
	}
	if err := s.Anchor(t.Context(), older, transaction("tx-1")); err != nil {
		t.Fatal(err)
	}
	for name, get := range map[string]func() (anchor.Epoch, error){
		"Epoch": func() (anchor.Epoch, error) { return s.Epoch(t.Context(), 1) },
		"Last":  func() (anchor.Epoch, error) { e, err := s.Last(t.Context()); return *e, err },
	} {
		e, err := get()
		if err != nil || e.Hash != older.Hash || e.Transaction.ID != "tx-1" || e.AnchorTime.IsZero() || len(e.Transaction.Endorsements) != 2 {
			t.Errorf("%s: %+v, %v; want the older, anchored", name, e, err)
		}
	}
	if pending, err := s.Pending(t.Context()); err != nil || pending != nil {
		t.Errorf("pending %+v, %v; want none", pending, err)
	}
}

func TestAnchorIsOneTransaction(t *testing.T) {
	s, pool := newStore(t)
	c := candidate(t, 1, 1000)
	if err := s.Anchor(t.Context(), c, transaction("tx-1")); err == nil {
		t.Error("an epoch that was not cut here was anchored")
	}
	add(t, s, c)
	broken := transaction("tx-1")
	broken.Endorsements[1].Signature = nil // refused by the last insert
	if err := s.Anchor(t.Context(), c, broken); err == nil {
		t.Fatal("an endorsement without signature was stored")
	}
	if n := count(t, pool, `SELECT (SELECT count(*) FROM anchored) + (SELECT count(*) FROM endorsements) + (SELECT count(*) FROM outbox)`); n != 0 {
		t.Errorf("%d rows are left of a failed transaction", n)
	}
	if err := s.Anchor(t.Context(), c, transaction("tx-1")); err != nil {
		t.Fatal(err)
	}
	if err := s.Anchor(t.Context(), c, transaction("tx-2")); err == nil {
		t.Error("an epoch was anchored twice")
	}
	var payload []byte
	if err := pool.QueryRow(t.Context(), `SELECT payload FROM outbox WHERE subject = 'pcc.anchor.v1.epoch_anchored'`).Scan(&payload); err != nil {
		t.Fatal(err)
	}
	got, want := &anchorv1.EpochAnchored{}, &anchorv1.EpochAnchored{Number: 1, TransactionId: "tx-1", Block: 7}
	if err := proto.Unmarshal(payload, got); err != nil || !proto.Equal(got, want) {
		t.Errorf("published %v, %v; want %v", got, err, want)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, query string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRowsAreOnlyAdded(t *testing.T) {
	s, pool := newStore(t)
	c := candidate(t, 1, 1000)
	add(t, s, c)
	if err := s.Anchor(t.Context(), c, transaction("tx-1")); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`UPDATE candidates SET created_at = now()`, `DELETE FROM candidates`,
		`UPDATE anchored SET block = 8`, `DELETE FROM anchored`,
		`UPDATE endorsements SET msp_id = 'x'`, `DELETE FROM endorsements`,
		`INSERT INTO candidates (number, record_hash, record) VALUES (2, '\x00', 'another text')`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("accepted: %s", statement)
		}
	}
}

func TestEpochsNewestFirst(t *testing.T) {
	s, _ := newStore(t)
	for n := uint64(1); n <= 4; n++ {
		c := candidate(t, n, int64(n))
		add(t, s, c)
		if n < 4 {
			if err := s.Anchor(t.Context(), c, transaction("tx-"+c.Hash.String())); err != nil {
				t.Fatal(err)
			}
		}
	}
	page, err := s.Epochs(t.Context(), 4, 2)
	if err != nil || len(page) != 2 || page[0].Number() != 3 || page[1].Number() != 2 || len(page[1].Transaction.Endorsements) != 2 {
		t.Errorf("page %+v, %v; want epochs 3 and 2", page, err)
	}
	if all, err := s.Epochs(t.Context(), 100, 100); err != nil || len(all) != 4 || all[0].Transaction != nil {
		t.Errorf("all %+v, %v; want four, the first pending", all, err)
	}
	if _, err := s.Epoch(t.Context(), 5); !errors.Is(err, anchor.ErrEpochNotFound) {
		t.Errorf("epoch 5: %v, want ErrEpochNotFound", err)
	}
}

func TestOneLeads(t *testing.T) {
	s, _ := newStore(t)
	fault := errors.New("fault")
	led, err := s.Lead(t.Context(), func(ctx context.Context) error {
		led, err := s.Lead(ctx, func(context.Context) error { return nil })
		if led || err != nil {
			t.Errorf("second leader: %t, %v", led, err)
		}
		return fault
	})
	if !led || !errors.Is(err, fault) {
		t.Errorf("leader: %t, %v", led, err)
	}
	if led, err := s.Lead(t.Context(), func(context.Context) error { return nil }); !led || err != nil {
		t.Errorf("after the first: %t, %v", led, err)
	}
}
