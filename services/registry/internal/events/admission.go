package events

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/services/registry"
)

// stepTimeout bounds what a step does in another system, during which the consumer's transaction is open. Members are
// admitted one at a time and rarely.
const stepTimeout = 15 * time.Second

// Admission listens for what completes the steps of admissions. Each step has a consumer of its own, so that one that
// cannot be done now holds up no other; each is repeated until it succeeds, so what it does must bear repetition.
type Admission struct {
	Pool   *pgxpool.Pool
	JS     jetstream.JetStream
	Logger *slog.Logger
	// Complete marks a step of a member as done.
	Complete func(ctx context.Context, tx pgx.Tx, member string, step registry.AdmissionStep) error
}

// stepConsumer completes a step with each message once do has done its work for the member that the message names.
// consumer names the consumer among those of the registry.
func stepConsumer[M proto.Message](a Admission, consumer string, empty func() M, step registry.AdmissionStep, do func(context.Context, pgx.Tx, M) (member string, err error)) *messaging.Consumer[M] {
	return &messaging.Consumer[M]{
		Service: consumer, Pool: a.Pool, JS: a.JS, Logger: a.Logger, New: empty,
		Handle: func(ctx context.Context, tx pgx.Tx, m M) error {
			doCtx, cancel := context.WithTimeout(ctx, stepTimeout)
			defer cancel()
			member, err := do(doCtx, tx, m)
			if err != nil {
				return err
			}
			return a.Complete(ctx, tx, member, step)
		},
	}
}
