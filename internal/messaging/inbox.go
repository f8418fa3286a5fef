package messaging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// ackWait is how long after its delivery a message may have its effect before the broker delivers it again.
	ackWait = 24 * time.Second
	// effectTimeout bounds one effect.
	effectTimeout = ackWait / 2
	// prefetch is how many messages wait in memory for their turn: few, because their ackWait runs already.
	prefetch = 32
	// maxAckPending bounds the messages of one consumer that are under way.
	maxAckPending = 256
	// firstRetry and maxRetry bound the delay before a failed message comes again; it doubles in between.
	firstRetry = 250 * time.Millisecond
	maxRetry   = 30 * time.Second
)

var (
	errNoID      = errors.New("messaging: the message has no id: it did not come through an outbox")
	errMalformed = errors.New("messaging: unmarshal")
)

// Consumer handles one type of message for one service.
type Consumer[M proto.Message] struct {
	// Service and the message's type name the durable consumer, for example "settlement-member_admitted".
	Service string
	Pool    *pgxpool.Pool
	JS      jetstream.JetStream
	Logger  *slog.Logger
	// New returns an empty message.
	New func() M
	// Handle makes the effect in tx. It may be called again with the same message until it returns nil.
	Handle func(ctx context.Context, tx pgx.Tx, m M) error
	// ParkAfter is how many deliveries may fail before a message is parked, and ParkedRetry the first pause after that; zero
	// is what suits a bus.
	ParkAfter   uint64
	ParkedRetry time.Duration
}

// Run consumes until ctx ends.
func (c *Consumer[M]) Run(ctx context.Context) error {
	var retrying sync.WaitGroup
	defer retrying.Wait()
	retrying.Go(func() { c.retryParked(ctx) })
	for ctx.Err() == nil {
		if err := c.consume(ctx); err != nil && ctx.Err() == nil {
			c.Logger.WarnContext(ctx, "consumer interrupted", slog.String("consumer", c.name()), slog.String("error", err.Error()))
			Pause(ctx, retryDelay)
		}
	}
	return nil
}

func (c *Consumer[M]) subject() string { return Subject(c.New()) }

func (c *Consumer[M]) name() string {
	return c.Service + "-" + snakeCase(string(c.New().ProtoReflect().Descriptor().Name()))
}

func (c *Consumer[M]) consume(ctx context.Context) error {
	consumer, err := c.JS.CreateOrUpdateConsumer(ctx, BusStream, jetstream.ConsumerConfig{
		Durable: c.name(), FilterSubject: c.subject(), AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: ackWait, MaxAckPending: maxAckPending, MaxDeliver: -1, DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return fmt.Errorf("messaging: consumer %s: %w", c.name(), err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(prefetch))
	if err != nil {
		return err
	}
	defer messages.Stop()
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	for {
		msg, err := messages.Next()
		if err != nil {
			return err
		}
		c.deliver(ctx, msg)
	}
}

// deliver makes the message's effect once and tells the broker how it went.
func (c *Consumer[M]) deliver(ctx context.Context, msg jetstream.Msg) {
	ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.HeaderCarrier(msg.Headers()))
	ctx, span := otel.Tracer("pcc/messaging").Start(ctx, "consume "+c.name(), trace.WithSpanKind(trace.SpanKindConsumer))
	defer span.End()
	ctx = c.acting(ctx)
	deliveries := deliveriesOf(msg)
	err := c.bounded(ctx, msg)
	switch {
	case err == nil:
		err = msg.DoubleAck(ctx)
	case ctx.Err() == nil && (hopeless(err) || deliveries >= c.parkAfter()):
		err = c.park(ctx, msg, err)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	delay := retryAfter(deliveries)
	c.Logger.WarnContext(ctx, "message failed, will be retried", slog.String("consumer", c.name()),
		slog.String("error", err.Error()), slog.Duration("delay", delay))
	if err := msg.NakWithDelay(delay); err != nil {
		c.Logger.WarnContext(ctx, "message not returned", slog.String("consumer", c.name()), slog.String("error", err.Error()))
	}
}

func (c *Consumer[M]) bounded(ctx context.Context, msg jetstream.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, effectTimeout)
	defer cancel()
	return c.effect(ctx, msg)
}

func (c *Consumer[M]) effect(ctx context.Context, msg jetstream.Msg) error {
	id := msg.Headers().Get(nats.MsgIdHdr)
	return postgres.InTx(ctx, c.Pool, func(tx pgx.Tx) error { return c.once(ctx, tx, id, msg.Data()) })
}

// once makes the effect of a message unless it was made before.
func (c *Consumer[M]) once(ctx context.Context, tx pgx.Tx, id string, payload []byte) error {
	if id == "" {
		return errNoID // the inbox would take all such messages for one
	}
	m := c.New()
	if err := proto.Unmarshal(payload, m); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	tag, err := tx.Exec(ctx, `INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.name(), id)
	if err != nil {
		return fmt.Errorf("messaging: inbox: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return c.Handle(ctx, tx, m)
}

// acting makes the consumer's service the principal.
func (c *Consumer[M]) acting(ctx context.Context) context.Context {
	return authn.WithPrincipal(ctx, authn.Principal{Name: c.Service})
}

func (c *Consumer[M]) parkAfter() uint64 {
	if c.ParkAfter > 0 {
		return c.ParkAfter
	}
	return parkAfter
}

// deliveriesOf counts the attempts, this one included; a message that does not say has had one.
func deliveriesOf(msg jetstream.Msg) uint64 {
	meta, err := msg.Metadata()
	if err != nil {
		return 1
	}
	return meta.NumDelivered
}

func retryAfter(deliveries uint64) time.Duration {
	delay := firstRetry
	for n := uint64(1); n < deliveries && delay < maxRetry; n++ {
		delay *= 2
	}
	return min(delay, maxRetry)
}
