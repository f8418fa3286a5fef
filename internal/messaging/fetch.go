package messaging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Fetch returns what a consumer has, at most so many messages, and waits for the first, at most as long, when it has none: batches
// grow with the load, and without load nothing waits for company. No messages and no error mean that none came.
func Fetch(ctx context.Context, consumer jetstream.Consumer, most int, wait time.Duration) ([]jetstream.Msg, error) {
	there, err := consumer.FetchNoWait(most)
	messages, err := collect(there, err)
	if err != nil || len(messages) > 0 {
		return messages, err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	first, err := consumer.Fetch(1, jetstream.FetchContext(ctx))
	return collect(first, err)
}

func collect(batch jetstream.MessageBatch, err error) ([]jetstream.Msg, error) {
	if err != nil {
		return nil, fmt.Errorf("messaging: fetch: %w", err)
	}
	var messages []jetstream.Msg
	for m := range batch.Messages() {
		messages = append(messages, m)
	}
	if err := batch.Error(); err != nil && len(messages) == 0 && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("messaging: fetch: %w", err)
	}
	return messages, nil
}
