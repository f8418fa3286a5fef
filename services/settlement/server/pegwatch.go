package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/services/settlement"
)

// pegDeadline bounds one comparison.
const pegDeadline = 10 * time.Second

// pegWatch compares ledger and bank again and again, and tells when they disagree: in the metric pcc.settlement.peg.holds and
// in the log. What stops payouts is not this watch but the same comparison in the transaction of each payout.
type pegWatch struct {
	bank     *settlement.Bank
	logger   *slog.Logger
	interval time.Duration
}

// Run compares at once and at every interval until ctx ends.
func (w *pegWatch) Run(ctx context.Context) error {
	w.check(ctx)
	return every(ctx, w.interval, w.check)
}

func (w *pegWatch) check(ctx context.Context) {
	checkCtx, cancel := context.WithTimeout(ctx, pegDeadline)
	defer cancel()
	peg, err := w.bank.CheckPeg(checkCtx)
	switch {
	case err != nil && ctx.Err() == nil:
		w.logger.WarnContext(ctx, "ledger and bank not compared", slog.String("error", err.Error()))
	case err == nil && !peg.Holds():
		w.logger.ErrorContext(ctx, "ledger and bank disagree; payouts are stopped",
			slog.String("owed", peg.Owed.String()), slog.String("reserve", peg.Reserve.String()),
			slog.String("unconfirmed", peg.Unconfirmed.String()), slog.String("statement", peg.Statement))
	}
}
