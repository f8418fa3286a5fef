package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/services/settlement"
)

// clawbackDeadline bounds one round.
const clawbackDeadline = 30 * time.Second

// clawbackLoop divides reads anew whose events were refuted.
type clawbackLoop struct {
	clawbacks *settlement.Clawbacks
	logger    *slog.Logger
	interval  time.Duration
}

// Run works a round at every interval until ctx ends. What fails is tried again with the next one.
func (l *clawbackLoop) Run(ctx context.Context) error {
	ctx = authn.WithPrincipal(ctx, authn.Principal{Name: Name})
	return every(ctx, l.interval, l.round)
}

func (l *clawbackLoop) round(ctx context.Context) {
	roundCtx, cancel := context.WithTimeout(ctx, clawbackDeadline)
	defer cancel()
	settled, err := l.clawbacks.Run(roundCtx)
	if err != nil && ctx.Err() == nil {
		l.logger.WarnContext(ctx, "reads of refuted events not all divided anew", slog.String("error", err.Error()))
	}
	if settled > 0 {
		l.logger.InfoContext(ctx, "reads of refuted events divided anew", slog.Int("reads", settled))
	}
}
