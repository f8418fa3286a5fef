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

// MaxWaiting bounds the epochs that were cut and are not anchored. While there are so many nothing is cut: what grows meanwhile
// is in the next one.
const MaxWaiting = 1024

// workPage is how many of them are in memory at once: a record can have 200 KiB.
const workPage = 16

// cosignTimeout bounds the asking of witnesses for one epoch: those that do not answer must not keep the next one from being cut.
const cosignTimeout = 30 * time.Second

// Anchorer cuts epochs, has them cosigned and brings them onto the ledger.
type Anchorer struct {
	Store     Store
	Journal   Journal
	Cosigners Cosigners
	Ledger    Ledger
	Heads     *Heads
	Interval  time.Duration // between rounds
	Now       func() time.Time
	Logger    *slog.Logger
	Metrics   *Metrics

	// reconciled is set once the ledger was found to hold what the database says.
	reconciled bool
	// tip is nil when it is not known.
	tip *tip
	// lists are nil before the first epoch is cut here.
	lists *Lists
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

// Round cuts the next epoch if a journal grew, and brings what waits onto the ledger, in order. It may be stopped and repeated
// at any point. That witnesses or the ledger are away keeps nothing from being cut, but for the first epoch: whether the
// ledger is empty too must be known before.
func (a *Anchorer) Round(ctx context.Context) error {
	if err := a.observe(ctx); err != nil {
		return err
	}
	var away error
	if !a.reconciled {
		if _, away = a.reconcile(ctx); errors.Is(away, ErrForeignLedger) || errors.Is(away, ErrDiverged) {
			return away
		}
		last, err := a.Store.LastCandidate(ctx)
		if err != nil || last == nil && away != nil {
			return errors.Join(err, away)
		}
	}
	err := a.cut(ctx)
	if errors.Is(err, ErrDiverged) {
		return err
	}
	// A journal that does not answer holds nothing up that was cut, and a ledger that does not nothing that can be cosigned.
	err = errors.Join(err, away, a.cosignWaiting(ctx))
	if away != nil {
		return err
	}
	return errors.Join(err, a.submitWaiting(ctx))
}

// cutsPerRound bounds the epochs that a round cuts, so that what was cut gets its turn, too.
const cutsPerRound = 8

// cut cuts one epoch, and another only if the journal had more than one takes: what is journaled meanwhile is for the next round.
func (a *Anchorer) cut(ctx context.Context) error {
	for range cutsPerRound {
		waiting, err := a.Store.CountWaiting(ctx)
		if err != nil {
			return err
		}
		if waiting >= MaxWaiting {
			a.Logger.WarnContext(ctx, "no epoch is cut: too many wait for the ledger", slog.Int("waiting", waiting))
			return nil
		}
		if more, err := a.cutNext(ctx); err != nil || !more {
			return err
		}
	}
	return nil
}

// cosignWaiting has the epochs cosigned that wait and are not yet, in their order.
func (a *Anchorer) cosignWaiting(ctx context.Context) error {
	for {
		waiting, err := a.Store.Uncosigned(ctx, workPage)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, e := range waiting {
			if err := a.cosign(ctx, &e); err != nil {
				return err
			}
		}
	}
}

// submitWaiting submits the epochs that wait, in their order, as far as they are cosigned.
func (a *Anchorer) submitWaiting(ctx context.Context) error {
	for {
		waiting, err := a.Store.Waiting(ctx, workPage)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, e := range waiting {
			if e.Note == nil {
				return nil
			}
			if err := a.submit(ctx, e); err != nil {
				return err
			}
		}
	}
}

// observe tells the metrics how things stand, also while the ledger does not answer.
func (a *Anchorer) observe(ctx context.Context) error {
	last, err := a.Store.Last(ctx)
	if err != nil {
		return err
	}
	if last != nil {
		a.Metrics.anchored(last.Candidate)
		a.forget(last.Number())
	}
	count, err := a.Store.CountWaiting(ctx)
	if err != nil || count == 0 {
		return err
	}
	first, err := a.Store.Waiting(ctx, 1)
	if err == nil && len(first) > 0 {
		a.Metrics.waiting(count, first[0].Candidate)
	}
	return err
}

// forget drops the maps that nobody asks for any more. The one before the last anchored epoch's is kept for who has just
// learned of that epoch as the last.
func (a *Anchorer) forget(anchored uint64) { a.Heads.Forget(anchored - 1) }

// cosign gets and keeps a note for an epoch.
func (a *Anchorer) cosign(ctx context.Context, e *Epoch) error {
	ctx, cancel := context.WithTimeout(ctx, cosignTimeout)
	defer cancel()
	index, err := a.Store.IndexRoot(ctx, e.Number())
	if err != nil {
		return err
	}
	note, err := a.Cosigners.Cosign(ctx, e.Number(), index)
	if err != nil {
		return fmt.Errorf("anchor: cosign epoch %d: %w", e.Number(), err)
	}
	if err := a.Store.AddNote(ctx, e.Number(), note); err != nil {
		return err
	}
	e.Note = note
	return nil
}

// submit brings one epoch onto the ledger. A refusal that says the number is taken sends it back to reconcile: the answer of an
// earlier submission may have been lost. One that says the cosignatures do not do, as when the witnesses have changed since,
// has them collected again.
func (a *Anchorer) submit(ctx context.Context, e Epoch) error {
	begin := a.Now()
	commit, err := a.Ledger.SubmitEpoch(ctx, e.Text, e.Note)
	switch model.ReasonOf(err) {
	case model.ReasonEpochNotNext, model.ReasonPreviousMismatch:
		if adopted, reconcileErr := a.reconcile(ctx); reconcileErr != nil || adopted {
			return reconcileErr
		}
	case model.ReasonTooFewCosignatures, model.ReasonCosignatureInvalid:
		if cosignErr := a.cosign(ctx, &e); cosignErr != nil {
			return cosignErr
		}
	}
	if err != nil {
		return fmt.Errorf("anchor: submit epoch %d: %w", e.Number(), err)
	}
	a.Metrics.submitted(ctx, a.Now().Sub(begin))
	return a.anchored(ctx, e.Candidate, commit)
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
	a.forget(c.Number())
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
