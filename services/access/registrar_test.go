package access

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// capsuleLedger takes capsules, but for those that it refuses: then it takes none of the batch.
type capsuleLedger struct {
	Ledger
	refused, has []model.Hash
	away         error
	submissions  int
}

func (l *capsuleLedger) Registered(_ context.Context, hashes []model.Hash) (there []model.Hash, err error) {
	for _, h := range hashes {
		if slices.Contains(l.has, h) {
			there = append(there, h)
		}
	}
	return there, l.away
}

func (l *capsuleLedger) RegisterCapsules(_ context.Context, text, _ string) error {
	batch, err := access.ParseCapsules([]byte(text))
	if err != nil {
		return err
	}
	l.submissions++
	for _, c := range batch {
		if slices.Contains(l.refused, c.Hash) {
			return model.Errorf(model.ReasonActionDenied, "refused")
		}
		if slices.Contains(l.has, c.Hash) {
			return model.Errorf(model.ReasonCapsuleExists, "there")
		}
	}
	for _, c := range batch {
		l.has = append(l.has, c.Hash)
	}
	return l.away
}

// capsuleTable is a CapsuleStore of what waits.
type capsuleTable struct {
	CapsuleStore
	waiting             access.Capsules
	registered, refused []model.Hash
}

func (s *capsuleTable) WaitingCapsules(_ context.Context, limit int) (waiting access.Capsules, err error) {
	for _, c := range s.waiting {
		if len(waiting) < limit && !slices.Contains(s.registered, c.Hash) && !slices.Contains(s.refused, c.Hash) {
			waiting = append(waiting, c)
		}
	}
	return waiting, nil
}

func (s *capsuleTable) MarkRegistered(_ context.Context, hashes []model.Hash) error {
	s.registered = append(s.registered, hashes...)
	return nil
}

func (s *capsuleTable) MarkRefused(_ context.Context, hash model.Hash, _ model.Reason) error {
	s.refused = append(s.refused, hash)
	return nil
}

func waiting(n int) (batch access.Capsules) {
	for i := range n {
		batch = append(batch, access.Registration{
			Hash:  model.Hash{byte(i >> 8), byte(i), 1},
			Label: access.Label{Policy: "00112233445566778899aabbccddeeff", Class: "workshop", Writer: "garage", KeyNumber: 1},
		})
	}
	return batch
}

// TestARefusedCapsuleKeepsNoOtherFromTheLedger, however many are refused, and whatever the ledger has already.
func TestARefusedCapsuleKeepsNoOtherFromTheLedger(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store := &capsuleTable{waiting: waiting(rapid.IntRange(0, 40).Draw(rt, "waiting"))}
		ledger := &capsuleLedger{}
		for _, c := range store.waiting {
			switch rapid.IntRange(0, 5).Draw(rt, "fate") {
			case 0:
				ledger.refused = append(ledger.refused, c.Hash)
			case 1:
				ledger.has = append(ledger.has, c.Hash)
			}
		}
		r := &Registrar{Store: store, Ledger: ledger, Logger: slog.New(slog.DiscardHandler)}
		if err := r.round(t.Context()); err != nil {
			rt.Fatal(err)
		}
		if len(store.registered)+len(store.refused) != len(store.waiting) || len(store.refused) != len(ledger.refused) {
			rt.Fatalf("of %d: %d registered, %d refused, want %d refused", len(store.waiting), len(store.registered), len(store.refused), len(ledger.refused))
		}
		for _, hash := range store.registered {
			if !slices.Contains(ledger.has, hash) {
				rt.Fatalf("%s is not on the ledger", hash)
			}
		}
	})
}

func TestCapsulesThatWaitGoInOneTransaction(t *testing.T) {
	store, ledger := &capsuleTable{waiting: waiting(access.MaxCapsules + 1)}, &capsuleLedger{}
	r := &Registrar{Store: store, Ledger: ledger, Logger: slog.New(slog.DiscardHandler)}
	for range 2 {
		if err := r.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if ledger.submissions != 2 || len(store.registered) != access.MaxCapsules+1 {
		t.Errorf("%d capsules in %d transactions", len(store.registered), ledger.submissions)
	}
}

func TestCapsulesWaitWhileTheLedgerIsAway(t *testing.T) {
	store, ledger := &capsuleTable{waiting: waiting(3)}, &capsuleLedger{away: ErrLedgerUnavailable}
	r := &Registrar{Store: store, Ledger: ledger, Logger: slog.New(slog.DiscardHandler)}
	if err := r.round(t.Context()); !errors.Is(err, ErrLedgerUnavailable) || len(store.registered)+len(store.refused) > 0 {
		t.Errorf("registered %d, refused %d, %v", len(store.registered), len(store.refused), err)
	}
}
