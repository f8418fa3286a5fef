// Package queue is the durable queue between acceptance and journal: a JetStream stream on disk whose server syncs every
// message before it confirms it. The sync is the cost, so a message holds a whole batch.
//
// JetStream's asynchronous publishing is not used: it fails a publish that waits longer than a moment for room among those
// under way. Here callers wait for a place (maxPublishing), then for their own confirmation.
package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	// Stream is the JetStream stream, subjectPrefix what its subjects begin with; the member's id follows.
	Stream        = "INGEST"
	subjectPrefix = "ingest.batch."

	// defaultMessages and defaultBytes bound what waits to be written when the configuration does not.
	defaultMessages = 100_000
	defaultBytes    = 1 << 30
	// maxMessageBytes bounds a message below the server's usual limit of 1 MiB; eventOverhead is what an event has beside
	// its bytes at most: ids, source, type and times, its number in its statement, and a hash or two beside it.
	maxMessageBytes = 900 << 10
	eventOverhead   = 1024
	// maxPublishing bounds the publishes under way: more of them share no sync.
	maxPublishing = 64
	// publishTimeout bounds one publish with its wait for a place.
	publishTimeout = 10 * time.Second
	// errCodeStoreFailed is JetStream's code for a message that the stream's limits refuse.
	errCodeStoreFailed jetstream.ErrorCode = 10077
)

// Queue implements ingest.Queue.
type Queue struct {
	js     jetstream.JetStream
	limits Limits
	places chan struct{}
}

// Limits bound what waits to be written; a zero means the default. Beyond either a publish is refused, nothing is lost.
type Limits struct {
	Messages, Bytes int64
}

// New returns the queue on a connection to the broker.
func New(js jetstream.JetStream, limits Limits) *Queue {
	limits.Messages = cmp.Or(limits.Messages, defaultMessages)
	limits.Bytes = cmp.Or(limits.Bytes, defaultBytes)
	return &Queue{js: js, limits: limits, places: make(chan struct{}, maxPublishing)}
}

// Ensure creates the stream or brings it up to date.
func (q *Queue) Ensure(ctx context.Context) error {
	_, err := q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: Stream, Subjects: []string{subjectPrefix + "*"}, Storage: jetstream.FileStorage,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: q.limits.Messages, MaxBytes: q.limits.Bytes,
	})
	if err != nil {
		return fmt.Errorf("queue: ensure stream %s: %w", Stream, err)
	}
	return nil
}

// Publish implements ingest.Queue.
func (q *Queue) Publish(ctx context.Context, b ingest.Batch) error {
	messages, err := encode(b)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	for _, data := range messages { // a batch of at most 4 MiB makes a handful
		group.Go(func() error { return q.publish(ctx, subjectPrefix+b.Member, data) })
	}
	return group.Wait()
}

func (q *Queue) publish(ctx context.Context, subject string, data []byte) error {
	select {
	case q.places <- struct{}{}:
	case <-ctx.Done():
		return ingest.ErrQueueFull.Wrap(ctx.Err())
	}
	defer func() { <-q.places }()
	msg := nats.NewMsg(subject)
	msg.Data = data
	otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(msg.Header))
	_, err := q.js.PublishMsg(ctx, msg)
	var apiErr *jetstream.APIError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &apiErr) && apiErr.ErrorCode == errCodeStoreFailed:
		return ingest.ErrQueueFull
	}
	return ingest.ErrQueueUnavailable.Wrap(err)
}

// forget removes what the writer has acknowledged and the stream still holds. A broker that is killed between an acknowledgement
// and the removal of its message can keep the message: nobody gets it any more, and it would take its place in the queue's
// bounds for good.
func (q *Queue) forget(ctx context.Context, writer jetstream.Consumer) error {
	stream, err := q.js.Stream(ctx, Stream)
	if err != nil {
		return fmt.Errorf("queue: look at stream %s: %w", Stream, err)
	}
	info, err := writer.Info(ctx)
	if err != nil {
		return fmt.Errorf("queue: look at consumer %s: %w", consumerName, err)
	}
	state, floor := stream.CachedInfo().State, info.AckFloor.Stream
	if state.Msgs == 0 || state.FirstSeq > floor {
		return nil
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSequence(floor+1)); err != nil {
		return fmt.Errorf("queue: remove what is acknowledged: %w", err)
	}
	return nil
}

// Pending implements ingest.Queue. What the stream holds at or below the writer's acknowledgement floor does not count: a broker
// that is killed between an acknowledgement and the removal of its message can keep the message, and nobody waits for it.
func (q *Queue) Pending(ctx context.Context) (int64, error) {
	stream, err := q.js.Stream(ctx, Stream)
	if err != nil {
		return 0, ingest.ErrQueueUnavailable.Wrap(err)
	}
	state := stream.CachedInfo().State
	if state.Msgs == 0 {
		return 0, nil
	}
	consumer, err := stream.Consumer(ctx, consumerName)
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound): // no writer has run yet: all of it waits
		return int64(state.Msgs), nil
	case err != nil:
		return 0, ingest.ErrQueueUnavailable.Wrap(err)
	}
	above := int64(state.LastSeq) - int64(consumer.CachedInfo().AckFloor.Stream)
	return max(0, min(int64(state.Msgs), above)), nil
}
