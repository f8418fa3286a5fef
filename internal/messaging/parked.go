package messaging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// parkAfter is how many deliveries of a message may fail before it is parked: some 13 minutes.
	parkAfter = 32
	// parkedRetry is the time between two looks at the parked messages, and the delay of the first attempt; it doubles
	// with every failure up to maxParkedRetry.
	parkedRetry    = time.Minute
	maxParkedRetry = 6 * time.Hour
	// parkedBatch bounds the attempts of one look.
	parkedBatch = 64
)

// hopeless says that no attempt with the same bytes can succeed.
func hopeless(err error) bool { return errors.Is(err, errMalformed) || errors.Is(err, errNoID) }

// park puts a message aside. It is in the database before it is acknowledged.
func (c *Consumer[M]) park(ctx context.Context, msg jetstream.Msg, cause error) error {
	_, err := c.Pool.Exec(ctx, `INSERT INTO parked_message (consumer, message_id, payload, retry_at)
		VALUES ($1, $2, $3, now() + $4) ON CONFLICT DO NOTHING`, c.name(), idOf(msg), msg.Data(), c.parkedPause())
	if err != nil {
		return fmt.Errorf("messaging: park: %w", err)
	}
	c.Logger.ErrorContext(ctx, "message parked: its effect fails again and again", slog.String("consumer", c.name()),
		slog.String("message", idOf(msg)), slog.String("error", cause.Error()))
	return msg.DoubleAck(ctx)
}

// idOf is the id that the outbox gave a message; one that came another way is named by its place in the stream.
func idOf(msg jetstream.Msg) string {
	if id := msg.Headers().Get(nats.MsgIdHdr); id != "" {
		return id
	}
	meta, err := msg.Metadata()
	if err != nil {
		return "without-id"
	}
	return "sequence-" + strconv.FormatUint(meta.Sequence.Stream, 10)
}

func (c *Consumer[M]) parkedPause() time.Duration {
	if c.ParkedRetry > 0 {
		return c.ParkedRetry
	}
	return parkedRetry
}

// retryParked tries parked messages from time to time until ctx ends.
func (c *Consumer[M]) retryParked(ctx context.Context) {
	ticker := time.NewTicker(c.parkedPause())
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for range parkedBatch {
			if due, err := c.retryOne(ctx); err != nil && ctx.Err() == nil {
				c.Logger.WarnContext(ctx, "parked messages not looked at", slog.String("consumer", c.name()), slog.String("error", err.Error()))
				break
			} else if !due {
				break
			}
		}
	}
}

// parked is a message in the database.
type parked struct {
	id       string
	payload  []byte
	failures int
}

// retryOne tries the parked message that is due first. Another process may do the same: the row's lock lets one.
func (c *Consumer[M]) retryOne(ctx context.Context) (due bool, err error) {
	ctx, cancel := context.WithTimeout(c.acting(ctx), effectTimeout)
	defer cancel()
	var message parked
	err = postgres.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT message_id, payload, failures FROM parked_message
			WHERE consumer = $1 AND retry_at <= now() ORDER BY retry_at LIMIT 1 FOR UPDATE SKIP LOCKED`, c.name(),
		).Scan(&message.id, &message.payload, &message.failures)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		due = err == nil
		if err != nil {
			return fmt.Errorf("messaging: read parked: %w", err)
		}
		return c.settle(ctx, tx, message)
	})
	return due, err
}

// settle makes the effect in a part of the transaction of its own, so that the row can be kept if it fails.
func (c *Consumer[M]) settle(ctx context.Context, tx pgx.Tx, message parked) error {
	failure := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		return c.once(ctx, tx, message.id, message.payload)
	})
	if failure == nil {
		_, err := tx.Exec(ctx, `DELETE FROM parked_message WHERE consumer = $1 AND message_id = $2`, c.name(), message.id)
		if err == nil {
			c.Logger.InfoContext(ctx, "parked message had its effect", slog.String("consumer", c.name()), slog.String("message", message.id))
		}
		return err
	}
	delay := c.parkedPause()
	for n := 0; n < message.failures && delay < maxParkedRetry; n++ {
		delay *= 2
	}
	delay = min(delay, maxParkedRetry)
	c.Logger.ErrorContext(ctx, "parked message failed, will be retried", slog.String("consumer", c.name()),
		slog.String("message", message.id), slog.String("error", failure.Error()), slog.Duration("delay", delay))
	_, err := tx.Exec(ctx, `UPDATE parked_message SET failures = failures + 1, retry_at = now() + $3
		WHERE consumer = $1 AND message_id = $2`, c.name(), message.id, delay)
	return err
}
