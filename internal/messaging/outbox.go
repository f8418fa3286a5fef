package messaging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// relayBatch bounds the messages published in one transaction.
	relayBatch = 200
	// relayPoll is how long a lost notification can delay a message.
	relayPoll = time.Second
	// publishTimeout bounds the wait for the broker's acknowledgement of one message.
	publishTimeout = 5 * time.Second
	// retryDelay is the pause after a failed round.
	retryDelay = 500 * time.Millisecond
	// closeTimeout bounds the farewell to the database.
	closeTimeout = time.Second
	// maxPayloadBytes bounds a message: below the broker's own limit of 1 MiB, which headers count towards. A larger one would
	// never leave the outbox and hold up all behind it.
	maxPayloadBytes = 1<<20 - 64<<10
)

// Enqueue puts m into the outbox of the transaction's service; it is published after the commit.
func Enqueue(ctx context.Context, tx pgx.Tx, m proto.Message) error {
	return EnqueueAll(ctx, tx, []proto.Message{m})
}

// EnqueueAll is Enqueue for several messages of one type, in one statement. They are published in their order.
func EnqueueAll[M proto.Message](ctx context.Context, tx pgx.Tx, ms []M) error {
	if len(ms) == 0 {
		return nil
	}
	payloads := make([][]byte, len(ms))
	for i, m := range ms {
		payload, err := proto.Marshal(m)
		if err != nil {
			return fmt.Errorf("messaging: marshal: %w", err)
		}
		if len(payload) > maxPayloadBytes {
			return fmt.Errorf("messaging: a message on %s has %d bytes, more than %d", Subject(m), len(payload), maxPayloadBytes)
		}
		payloads[i] = payload
	}
	trace := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, trace)
	headers, err := json.Marshal(trace)
	if err != nil {
		return fmt.Errorf("messaging: marshal headers: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO outbox (subject, payload, headers)
		SELECT $1, p.payload, $3 FROM unnest($2::bytea[]) WITH ORDINALITY AS p (payload, n) ORDER BY p.n`,
		Subject(ms[0]), payloads, headers); err != nil {
		return fmt.Errorf("messaging: enqueue: %w", err)
	}
	return nil
}

// Relay publishes the outbox of one service.
type Relay struct {
	Pool   *pgxpool.Pool
	Schema string // the service's schema, whose outbox it is
	JS     jetstream.JetStream
	Logger *slog.Logger
}

// Run publishes until ctx ends. Of several relays of a service one works at a time, so that messages keep their order.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.listen(ctx); err != nil && ctx.Err() == nil {
			r.Logger.WarnContext(ctx, "outbox relay interrupted", slog.String("error", err.Error()))
			Pause(ctx, retryDelay)
		}
	}
	return nil
}

// listen publishes what is there and then whenever the outbox trigger notifies, or relayPoll has passed.
func (r *Relay) listen(ctx context.Context) error {
	pooled, err := r.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// Never given back: a connection of the pool that still listened would collect notifications without end.
	conn := pooled.Hijack()
	defer func() {
		closeCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		_ = conn.Close(closeCtx) // best effort: the server notices by itself
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{"outbox_" + r.Schema}.Sanitize()); err != nil {
		return err
	}
	for {
		published, err := r.publishBatch(ctx)
		if err != nil {
			return err
		}
		if published == relayBatch {
			continue
		}
		waitCtx, cancel := context.WithTimeout(ctx, relayPoll)
		_, err = conn.WaitForNotification(waitCtx)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
}

type outboxRow struct {
	ID        int64
	Subject   string
	MessageID string
	Payload   []byte
	Headers   map[string]string
}

func (r *Relay) publishBatch(ctx context.Context) (published int, err error) {
	err = postgres.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, r.lockKey()).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id, subject, message_id::text, payload, headers FROM outbox ORDER BY id LIMIT $1`, relayBatch)
		if err != nil {
			return err
		}
		batch, err := pgx.CollectRows(rows, pgx.RowToStructByPos[outboxRow])
		if err != nil {
			return err
		}
		ids := make([]int64, 0, len(batch))
		for _, row := range batch {
			if err := r.publish(ctx, row); err != nil {
				return err
			}
			ids = append(ids, row.ID)
		}
		published = len(ids)
		_, err = tx.Exec(ctx, `DELETE FROM outbox WHERE id = ANY($1)`, ids)
		return err
	})
	return published, err
}

func (r *Relay) publish(ctx context.Context, row outboxRow) error {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	msg := nats.NewMsg(row.Subject)
	msg.Data = row.Payload
	for k, v := range row.Headers {
		msg.Header.Set(k, v)
	}
	if _, err := r.JS.PublishMsg(ctx, msg, jetstream.WithMsgID(row.MessageID)); err != nil {
		return fmt.Errorf("messaging: publish on %s: %w", row.Subject, err)
	}
	return nil
}

func (r *Relay) lockKey() int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("outbox/" + r.Schema))
	return int64(h.Sum64()) //nolint:gosec // any bit pattern is a key
}

// Pause waits until d has passed or ctx ends: the time between two attempts of a loop that does not give up.
func Pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
