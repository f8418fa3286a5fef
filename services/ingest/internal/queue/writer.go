package queue

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	consumerName = "ingest-writer"
	// fetchMessages bounds the messages taken at once. fetchBytes is what they should have together: when they had more, fewer are
	// taken next, so that only the first large ones after many small ones can exceed it, up to 29 MB.
	fetchMessages = 32
	fetchBytes    = 4 << 20
	// fetchWait is how long the writer waits for the first message before it asks again.
	fetchWait = 5 * time.Second
	// ackWait is how long messages may be under way before the broker delivers them again, and so what the crash of a writer
	// delays what it had taken. A writer that is slower has its effect all the same, and the second delivery has none.
	ackWait = 15 * time.Second
	// writeTimeout bounds one transaction.
	writeTimeout = 10 * time.Second
	// retryFirst and retryMost bound the pause after a failure; it doubles in between.
	retryFirst = 100 * time.Millisecond
	retryMost  = 5 * time.Second
)

// Sink takes what the writer takes out of the queue.
type Sink interface {
	// Write makes the effect of at most ingest.MaxWriteEvents events, once however often they come.
	Write(ctx context.Context, events []ingest.Event) error
	// BuryMessage keeps a message that is no batch.
	BuryMessage(ctx context.Context, member string, data []byte) error
}

// Writer takes accepted events out of the queue and has them journaled. While one transaction runs, messages gather for
// the next: under load transactions grow by themselves, and without load nothing waits for company.
type Writer struct {
	Queue  *Queue
	Sink   Sink
	Logger *slog.Logger
}

// Run writes until ctx ends. A failure is tried again without end; the queue keeps what is not written.
func (w *Writer) Run(ctx context.Context) error {
	pause, most := retryFirst, 1
	for ctx.Err() == nil {
		start := time.Now()
		if err := w.consume(ctx, &most); ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "writer interrupted", slog.String("error", err.Error()), slog.Duration("pause", pause))
		}
		if time.Since(start) > retryMost {
			pause = retryFirst // it has worked in between
		}
		messaging.Pause(ctx, pause)
		pause = min(2*pause, retryMost)
	}
	return nil
}

// consume writes until the first failure, for which it returns the error. most is how many messages it takes at once: half
// as many after a failure, because a transaction that was too slow would be so again, and up to twice as many after a success.
func (w *Writer) consume(ctx context.Context, most *int) error {
	if err := w.Queue.Ensure(ctx); err != nil {
		return err
	}
	consumer, err := w.Queue.js.CreateOrUpdateConsumer(ctx, Stream, jetstream.ConsumerConfig{
		Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait,
		MaxDeliver: -1, MaxAckPending: 4 * fetchMessages, DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return fmt.Errorf("queue: consumer %s: %w", consumerName, err)
	}
	if err := w.Queue.forget(ctx, consumer); err != nil {
		return err
	}
	for {
		messages, err := messaging.Fetch(ctx, consumer, *most, fetchWait)
		if err == nil && len(messages) == 0 {
			err = w.Queue.forget(ctx, consumer)
		}
		if err != nil {
			return err
		}
		if err := w.writeAll(ctx, messages); err != nil {
			giveBack(messages)
			*most = max(1, *most/2)
			return err
		}
		*most = next(*most, messages)
	}
}

// next is how many messages to take after some were written: twice as many as could be taken then, within the bounds.
func next(most int, written []jetstream.Msg) int {
	size := 0
	for _, m := range written {
		size += len(m.Data())
	}
	if size > fetchBytes {
		return max(1, len(written)*fetchBytes/size)
	}
	return min(fetchMessages, 2*most)
}

// writeAll writes the messages in as few transactions as their bound allows, and acknowledges each after its own.
func (w *Writer) writeAll(ctx context.Context, messages []jetstream.Msg) error {
	events := make([]ingest.Event, 0, ingest.MaxWriteEvents)
	var covered []jetstream.Msg
	flush := func() error {
		err := w.write(ctx, events, covered)
		clear(events) // for the memory of what is written
		events, covered = events[:0], nil
		return err
	}
	for _, m := range messages {
		batch, err := decode(m.Data())
		if err != nil {
			if err := w.bury(ctx, m, err); err != nil {
				return err
			}
			continue
		}
		if len(events)+len(batch) > ingest.MaxWriteEvents {
			if err := flush(); err != nil {
				return err
			}
		}
		events, covered = append(events, batch...), append(covered, m)
	}
	return flush()
}

func (w *Writer) write(ctx context.Context, events []ingest.Event, covered []jetstream.Msg) error {
	if len(events) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	ctx, span := otel.Tracer("pcc/ingest").Start(ctx, "write events", trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithLinks(links(ctx, covered)...), trace.WithAttributes(attribute.Int("events", len(events))))
	defer span.End()
	if err := w.Sink.Write(ctx, events); err != nil {
		span.RecordError(err)
		return err
	}
	for _, m := range covered {
		// A lost acknowledgement brings the message again, which then has no effect.
		if err := m.Ack(); err != nil {
			return fmt.Errorf("queue: acknowledge: %w", err)
		}
	}
	return nil
}

// links point to the traces of the calls that sent the messages: a transaction has many.
func links(ctx context.Context, messages []jetstream.Msg) []trace.Link {
	var links []trace.Link
	for _, m := range messages {
		sender := otel.GetTextMapPropagator().Extract(ctx, propagation.HeaderCarrier(m.Headers()))
		if sc := trace.SpanContextFromContext(sender); sc.IsValid() {
			links = append(links, trace.Link{SpanContext: sc})
		}
	}
	return links
}

// bury keeps a message that is no batch as a dead letter: it would come again for ever and hold up the others.
func (w *Writer) bury(ctx context.Context, m jetstream.Msg, cause error) error {
	w.Logger.ErrorContext(ctx, "queued batch unreadable", slog.String("error", cause.Error()), slog.Int("bytes", len(m.Data())))
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	if err := w.Sink.BuryMessage(ctx, strings.TrimPrefix(m.Subject(), subjectPrefix), m.Data()); err != nil {
		return err
	}
	if err := m.Ack(); err != nil {
		return fmt.Errorf("queue: acknowledge: %w", err)
	}
	return nil
}

// giveBack lets the broker deliver messages again at once rather than after ackWait. Those acknowledged already stay so.
func giveBack(messages []jetstream.Msg) {
	for _, m := range messages {
		_ = m.Nak() // on failure ackWait does it
	}
}
