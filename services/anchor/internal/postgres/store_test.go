package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
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

// cut is a candidate with what it does, ready to be added.
type cut struct {
	anchor.Candidate
	change *epoch.Change
	state  epoch.State
}

// chain returns so many epochs, each of which takes two entries of a stream: one in a list of its own, one in a list that all
// of them grow.
func chain(t *testing.T, s *postgres.Store, n int) (cuts []cut) {
	t.Helper()
	state, previous := epoch.Start(), model.Hash{}
	lists := map[headproof.Key]headproof.List{}
	for i := range n {
		b := epoch.Begin(state, func(_ context.Context, keys []headproof.Key) (out []headproof.List, err error) {
			for _, k := range keys {
				out = append(out, lists[k])
			}
			return out, nil
		})
		must(t, b.Add(t.Context(), "ingest/oem", []proof.Entry{
			{Key: headproof.Key{1}, Commitment: proof.Hash{byte(i), 1}}, {Key: headproof.Key{2, byte(i)}, Commitment: proof.Hash{byte(i), 2}},
		}))
		change, err := b.Finish()
		must(t, err)
		for _, l := range change.Lists {
			lists[l.Key] = l.List
		}
		content := change.Next.Content()
		record := model.EpochRecord{
			Number: uint64(i + 1), PreviousHash: previous, TimeUnixMilli: int64(i + 1),
			MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys, Streams: content.Streams,
		}
		text, err := record.Canonical()
		must(t, err)
		c, err := anchor.ParseCandidate(string(text))
		must(t, err)
		leaf, err := record.IndexLeaf()
		must(t, err)
		state, err = change.Next.WithRecord(headproof.Hash(leaf))
		must(t, err)
		previous = c.Hash
		cuts = append(cuts, cut{c, change, state})
	}
	for _, c := range cuts {
		must(t, s.AddCandidate(t.Context(), c.Candidate, c.change, c.state.Index))
	}
	return cuts
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func transaction(id string) anchor.Transaction {
	return anchor.Transaction{ID: id, Channel: "pcc", Chaincode: "pcc", Block: 7, Endorsements: []anchor.Endorsement{
		{MSPID: "OemMSP", CertificatePEM: "pem 1", Signature: []byte{1}, Signed: []byte{2}},
		{MSPID: "GarageMSP", CertificatePEM: "pem 2", Signature: []byte{3}, Signed: []byte{4}},
	}}
}

func TestAnEpochIsCutCosignedAndAnchored(t *testing.T) {
	s, _ := newStore(t)
	cuts := chain(t, s, 2)
	if waiting, err := s.Waiting(t.Context(), 10); err != nil || len(waiting) != 2 || waiting[0].Hash != cuts[0].Hash || waiting[0].Note != nil {
		t.Errorf("waiting %+v, %v; want both, the first first", waiting, err)
	}
	must(t, s.AddNote(t.Context(), 1, []byte("of yesterday")))
	must(t, s.AddNote(t.Context(), 1, []byte("of today")))
	must(t, s.Anchor(t.Context(), cuts[0].Candidate, transaction("tx-1")))
	for name, get := range map[string]func() (anchor.Epoch, error){
		"Epoch": func() (anchor.Epoch, error) { return s.Epoch(t.Context(), 1) },
		"Last":  func() (anchor.Epoch, error) { e, err := s.Last(t.Context()); return *e, err },
	} {
		e, err := get()
		if err != nil || e.Hash != cuts[0].Hash || e.Transaction.ID != "tx-1" || e.AnchorTime.IsZero() ||
			len(e.Transaction.Endorsements) != 2 || string(e.Note) != "of today" {
			t.Errorf("%s: %+v, %v; want it anchored, with the last note", name, e, err)
		}
	}
	if n, err := s.CountWaiting(t.Context()); err != nil || n != 1 {
		t.Errorf("%d wait, %v; want the second", n, err)
	}
	if last, err := s.LastCandidate(t.Context()); err != nil || last.Hash != cuts[1].Hash {
		t.Errorf("last candidate %+v, %v", last, err)
	}
}

// TestTheStateIsReadAsItWasWritten, at the last epoch, and the maps of all of them.
func TestTheStateIsReadAsItWasWritten(t *testing.T) {
	s, _ := newStore(t)
	cuts := chain(t, s, 4)
	last := cuts[3]
	heads := anchor.NewHeads(s)
	for _, order := range [][]int{{1, 4, 2, 3}, {4, 3, 2, 1}} {
		for _, n := range order {
			m, err := heads.At(t.Context(), uint64(n))
			must(t, err)
			if want := cuts[n-1].state.Heads; m.Root() != want.Root() || m.Len() != want.Len() {
				t.Errorf("the map of epoch %d has another root", n)
			}
		}
		heads = anchor.NewHeads(s)
	}
	m, err := heads.At(t.Context(), 4)
	must(t, err)
	state, err := s.State(t.Context(), last.Candidate, m)
	must(t, err)
	if !bytes.Equal(state.Bytes(), last.state.Bytes()) {
		t.Error("another state")
	}
	wantLists(t, s, cuts)
	numbers, err := s.EpochsOf(t.Context(), "ingest/oem", []uint64{0, 1, 2, 7, 8})
	if want := []uint64{1, 1, 2, 4}; err != nil || !slices.Equal(numbers, want) {
		t.Errorf("epochs %v, %v; want %v, and none for what no epoch took", numbers, err, want)
	}
	root, err := s.IndexRoot(t.Context(), 4)
	if err != nil || root != last.state.Index.Head().Root {
		t.Errorf("index root %x, %v", root, err)
	}
	path, err := s.IndexPath(t.Context(), 2, 4)
	must(t, err)
	leaf, err := cuts[1].Record.IndexLeaf()
	must(t, err)
	must(t, proof.VerifyInclusion(path, 1, 4, proof.Hash(leaf), root))
}

// wantLists reads the lists as of each epoch, at once and one epoch after the other: those that are not whole are there.
func wantLists(t *testing.T, s *postgres.Store, cuts []cut) {
	t.Helper()
	followed := anchor.NewLists(s)
	for _, n := range []int{1, 3, 4, 2} { // the last one backwards
		must(t, followed.Advance(t.Context(), uint64(n)))
		fresh := anchor.NewLists(s)
		must(t, fresh.Advance(t.Context(), uint64(n)))
		for name, lists := range map[string]*anchor.Lists{"followed": followed, "fresh": fresh} {
			got, err := lists.Load(t.Context(), []headproof.Key{{1}, {2, 0}})
			must(t, err)
			want, _ := cuts[n-1].state.Heads.Get(headproof.Key{1})
			if _, follows := headproof.ListOf(want); follows {
				want = headproof.List{}.Head()
			}
			if got[0].Head() != want || got[1].Count() != 0 {
				t.Errorf("%s, epoch %d: %d and %d entries, want %d and none", name, n, got[0].Count(), got[1].Count(), want.Count)
			}
		}
	}
}

func TestAnchorIsOneTransaction(t *testing.T) {
	s, pool := newStore(t)
	foreign := anchor.Candidate{Record: model.EpochRecord{Number: 1}, Hash: model.Hash{1}}
	if err := s.Anchor(t.Context(), foreign, transaction("tx-1")); err == nil {
		t.Error("an epoch that was not cut here was anchored")
	}
	c := chain(t, s, 1)[0]
	broken := transaction("tx-1")
	broken.Endorsements[1].Signature = nil // refused by the last insert
	if err := s.Anchor(t.Context(), c.Candidate, broken); err == nil {
		t.Fatal("an endorsement without signature was stored")
	}
	if n := count(t, pool, `SELECT (SELECT count(*) FROM anchored) + (SELECT count(*) FROM endorsements) + (SELECT count(*) FROM outbox)`); n != 0 {
		t.Errorf("%d rows are left of a failed transaction", n)
	}
	must(t, s.Anchor(t.Context(), c.Candidate, transaction("tx-1")))
	if err := s.Anchor(t.Context(), c.Candidate, transaction("tx-2")); err == nil {
		t.Error("an epoch was anchored twice")
	}
	var payload []byte
	must(t, pool.QueryRow(t.Context(), `SELECT payload FROM outbox WHERE subject = 'pcc.anchor.v1.epoch_anchored'`).Scan(&payload))
	got, want := &anchorv1.EpochAnchored{}, &anchorv1.EpochAnchored{Number: 1, TransactionId: "tx-1", Block: 7}
	if err := proto.Unmarshal(payload, got); err != nil || !proto.Equal(got, want) {
		t.Errorf("published %v, %v; want %v", got, err, want)
	}
}

// TestOneCutWins has two processes cut the same number: all of the second one's rows are refused.
func TestOneCutWins(t *testing.T) {
	s, pool := newStore(t)
	c := chain(t, s, 1)[0]
	rows := `SELECT (SELECT count(*) FROM candidates) + (SELECT count(*) FROM heads) + (SELECT count(*) FROM extents) + (SELECT count(*) FROM journal_entry)`
	before := count(t, pool, rows)
	if err := s.AddCandidate(t.Context(), c.Candidate, c.change, c.state.Index); err == nil {
		t.Error("an epoch was cut twice")
	}
	if after := count(t, pool, rows); after != before {
		t.Errorf("%d rows, before %d", after, before)
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
	c := chain(t, s, 1)[0]
	must(t, s.AddNote(t.Context(), 1, []byte("note")))
	must(t, s.Anchor(t.Context(), c.Candidate, transaction("tx-1")))
	for _, statement := range []string{
		`UPDATE candidates SET created_at = now()`, `DELETE FROM candidates`, `UPDATE extents SET size = 9`, `DELETE FROM extents`,
		`UPDATE heads SET epoch = 9`, `DELETE FROM heads`, `UPDATE cosigned SET note = 'x'`, `DELETE FROM cosigned`,
		`UPDATE anchored SET block = 8`, `DELETE FROM anchored`,
		`UPDATE endorsements SET msp_id = 'x'`, `DELETE FROM endorsements`,
		`INSERT INTO candidates (number, record_hash, record) VALUES (2, '\x00', 'another text')`,
		`TRUNCATE candidates CASCADE`, `TRUNCATE extents`, `TRUNCATE heads`, `TRUNCATE cosigned`, `TRUNCATE anchored CASCADE`, `TRUNCATE endorsements`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("accepted: %s", statement)
		}
	}
}

func TestEpochsNewestFirst(t *testing.T) {
	s, _ := newStore(t)
	for i, c := range chain(t, s, 4) {
		if i < 3 {
			must(t, s.Anchor(t.Context(), c.Candidate, transaction("tx-"+c.Hash.String())))
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
