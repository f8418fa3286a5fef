package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/services/settlement"
)

// sweepDeadline bounds one sweep.
const sweepDeadline = 30 * time.Second

// sweeper voids reads that were held, and transfers that were pending, and never ended.
type sweeper struct {
	ledger            *settlement.Service
	transfers         *settlement.Ledger
	logger            *slog.Logger
	timeout, interval time.Duration
}

// Run sweeps at every interval until ctx ends. A sweep that fails is made again with the next one.
func (s *sweeper) Run(ctx context.Context) error {
	ctx = authn.WithPrincipal(ctx, authn.Principal{Name: Name})
	return every(ctx, s.interval, s.sweep)
}

func (s *sweeper) sweep(ctx context.Context) {
	sweepCtx, cancel := context.WithTimeout(ctx, sweepDeadline)
	defer cancel()
	voided, err := s.ledger.VoidStaleHolds(sweepCtx, s.timeout)
	if err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "stale holds not swept", slog.String("error", err.Error()))
	}
	if voided > 0 {
		s.logger.InfoContext(ctx, "stale holds voided", slog.Int("reads", voided))
	}
	expired, err := s.transfers.Expire(sweepCtx)
	if err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "overdue transfers not swept", slog.String("error", err.Error()))
	}
	if expired > 0 {
		s.logger.InfoContext(ctx, "pending transfers expired", slog.Int("transfers", expired))
	}
}
