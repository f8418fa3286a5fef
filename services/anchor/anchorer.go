package anchor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// haltReminder is how often a halted anchorer repeats why it stands still.
const haltReminder = time.Minute

// Anchorer cuts epochs and brings them onto the ledger.
type Anchorer struct {
	Store    Store
	Journal  Journal
	Ledger   Ledger
	Interval time.Duration // between rounds
	Now      func() time.Time
	Logger   *slog.Logger
	Metrics  *Metrics

	// reconciled is set once the ledger was found to hold what the database says.
	reconciled bool
}

// Run makes a round every interval until ctx ends. It returns ErrForeignLedger if it must not begin at all.
func (a *Anchorer) Run(ctx context.Context) error {
	ticker := time.NewTicker(a.Interval)
	defer ticker.Stop()
	for {
		_, err := a.Store.Lead(ctx, a.Round)
		switch {
		case errors.Is(err, ErrForeignLedger):
			return err
		case errors.Is(err, ErrDiverged):
			a.halt(ctx, err)
			return nil
		case err != nil && ctx.Err() == nil:
			a.Logger.WarnContext(ctx, "anchoring failed, will be retried", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Round brings what an earlier round left behind onto the ledger, then cuts and submits the next epoch if a journal
// grew. It may be stopped and repeated at any point.
func (a *Anchorer) Round(ctx context.Context) error {
	if err := a.observe(ctx); err != nil {
		return err
	}
	if !a.reconciled {
		if _, err := a.reconcile(ctx); err != nil {
			return err
		}
	}
	pending, err := a.Store.Pending(ctx)
	if err != nil {
		return err
	}
	if pending != nil {
		if err := a.submit(ctx, *pending); err != nil && model.ReasonOf(err) != model.ReasonClockSkew {
			return err
		}
	}
	next, grew, err := a.cutNext(ctx)
	if err != nil || !grew {
		return err
	}
	return a.submit(ctx, next)
}

// observe tells the metrics how things stand, also while the ledger does not answer.
func (a *Anchorer) observe(ctx context.Context) error {
	last, err := a.Store.Last(ctx)
	if err != nil {
		return err
	}
	if last != nil {
		a.Metrics.anchored(last.Candidate)
	}
	pending, err := a.Store.Pending(ctx)
	if err == nil && pending != nil {
		a.Metrics.pending(*pending)
	}
	return err
}

func (a *Anchorer) cutNext(ctx context.Context) (_ Candidate, grew bool, err error) {
	last, err := a.Store.Last(ctx)
	if err != nil {
		return Candidate{}, false, err
	}
	checkpoints, err := a.Journal.Checkpoints(ctx)
	if err != nil {
		return Candidate{}, false, err
	}
	next, grew, err := cut(last, checkpoints, a.Now())
	if err != nil || !grew {
		return Candidate{}, false, err
	}
	return next, true, a.Store.AddCandidate(ctx, next)
}

// submit brings one candidate onto the ledger. A refusal that says the number is taken sends it back to reconcile: the
// answer of an earlier submission may have been lost.
func (a *Anchorer) submit(ctx context.Context, c Candidate) error {
	a.Metrics.pending(c)
	begin := a.Now()
	commit, err := a.Ledger.SubmitEpoch(ctx, c.Text)
	switch model.ReasonOf(err) {
	case model.ReasonEpochNotNext, model.ReasonPreviousMismatch:
		if adopted, reconcileErr := a.reconcile(ctx); reconcileErr != nil || adopted {
			return reconcileErr
		}
	}
	if err != nil {
		return fmt.Errorf("anchor: submit epoch %d: %w", c.Number(), err)
	}
	a.Metrics.submitted(ctx, a.Now().Sub(begin))
	return a.anchored(ctx, c, commit)
}

// anchored stores that the ledger holds c. It is the other side of the ledger's own check: what the peers attest must
// be the very record that was cut here.
func (a *Anchorer) anchored(ctx context.Context, c Candidate, commit Commit) error {
	if commit.Attested != c.Hash.String() {
		return fmt.Errorf("%w: the endorsers of epoch %d attest another record", ErrDiverged, c.Number())
	}
	if err := a.Store.Anchor(ctx, c, commit.Transaction); err != nil {
		return err
	}
	a.Metrics.anchored(c)
	a.Logger.InfoContext(ctx, "epoch anchored", slog.Uint64("epoch", c.Number()), slog.Uint64("entries", c.Entries()),
		slog.Uint64("block", commit.Transaction.Block), slog.Any("endorsed_by", commit.Transaction.EndorsingMSPs()))
	return nil
}

// halt says until ctx ends that anchoring stands still.
func (a *Anchorer) halt(ctx context.Context, cause error) {
	a.Metrics.halted()
	ticker := time.NewTicker(haltReminder)
	defer ticker.Stop()
	for {
		a.Logger.ErrorContext(ctx, "anchoring is halted: a person must compare journal, database and ledger", slog.String("error", cause.Error()))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
