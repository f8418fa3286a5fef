package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/services/settlement"
)

const (
	// closeInterval is the time between two searches for cycles that have ended, which they do at midnight.
	closeInterval = time.Minute
	// closeDeadline bounds one run of the loop.
	closeDeadline = 5 * time.Minute
)

// closeLoop closes the cycles that have ended, and requests the payouts that members have made after the end of a month. Of several of them one closes at a time.
type closeLoop struct {
	closer *settlement.Closer
	bank   *settlement.Bank
	logger *slog.Logger
}

// Run closes at once what is due, and every closeInterval, until ctx ends.
func (l *closeLoop) Run(ctx context.Context) error {
	ctx = authn.WithPrincipal(ctx, authn.Principal{Name: Name})
	l.round(ctx)
	return every(ctx, closeInterval, l.round)
}

func (l *closeLoop) round(ctx context.Context) {
	l.close(ctx)
	l.pay(ctx)
}

func (l *closeLoop) close(ctx context.Context) {
	closeCtx, cancel := context.WithTimeout(ctx, closeDeadline)
	defer cancel()
	closed, err := l.closer.CloseDue(closeCtx)
	for _, one := range closed {
		if one.Covered() {
			l.logger.InfoContext(ctx, "cycle closed", slog.Int64("cycle", one.Number), slog.String("total", one.Total().String()))
			continue
		}
		l.logger.ErrorContext(ctx, "cycle closed, not covered; payouts are stopped until ledger and bank agree",
			slog.Int64("cycle", one.Number), slog.String("total", one.Total().String()), slog.String("reserve", one.Reserve.String()),
			slog.String("unconfirmed", one.Unconfirmed.String()), slog.String("credit", one.Credit.String()))
	}
	if err != nil && ctx.Err() == nil {
		l.logger.ErrorContext(ctx, "cycle not closed", slog.String("error", err.Error()))
	}
}

func (l *closeLoop) pay(ctx context.Context) {
	payCtx, cancel := context.WithTimeout(ctx, closeDeadline)
	defer cancel()
	requested, err := l.bank.PayMonth(payCtx)
	if err != nil && ctx.Err() == nil {
		l.logger.WarnContext(ctx, "standing payouts not requested", slog.String("error", err.Error()))
	}
	if requested > 0 {
		l.logger.InfoContext(ctx, "standing payouts requested", slog.Int("payouts", requested))
	}
}
