package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// fetchMessages bounds the messages taken at once; with the broker's bound on a message they need 25 MiB.
	fetchMessages = 100
	// fetchWait is how long a worker waits for the first message before it asks again.
	fetchWait = 5 * time.Second
	// countEvery is how old the number of pending messages in the metrics may be, in a worker that is not at work on them.
	countEvery = 10 * time.Second
	// setUpTimeout bounds what a worker does before its first message.
	setUpTimeout = 20 * time.Second
)

// worker serves the devices of one member.
type worker struct {
	bridge *Bridge
	member string
	conn   *nats.Conn
}

// work takes messages until the first failure, for which it returns the error.
func (b *Bridge) work(ctx context.Context, member string) error {
	conn, err := b.connect(ctx, member)
	if err != nil {
		return err
	}
	defer conn.Close()
	consumer, err := openStream(ctx, conn)
	if err != nil {
		return err
	}
	w := worker{bridge: b, member: member, conn: conn}
	var counted time.Time
	for {
		if time.Since(counted) > countEvery {
			if err := w.count(ctx, consumer); err != nil {
				return err
			}
			counted = time.Now()
		}
		messages, err := messaging.Fetch(ctx, consumer, fetchMessages, fetchWait)
		if err != nil {
			return err
		}
		b.Metrics.fetched(ctx, member, messages)
		if err := w.take(ctx, messages); err != nil {
			for _, m := range messages {
				_ = m.Nak() // or they come again by themselves, later
			}
			return err
		}
	}
}

// count tells the metrics what is pending: with this worker, with others, and with none.
func (w worker) count(ctx context.Context, consumer jetstream.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, setUpTimeout)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return fmt.Errorf("bridge: count: %w", err)
	}
	w.bridge.Metrics.waiting(w.member, int64(info.NumPending)+int64(info.NumAckPending)) //nolint:gosec // bounded by the stream
	return nil
}

func (b *Bridge) connect(ctx context.Context, member string) (*nats.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, setUpTimeout)
	defer cancel()
	resp, err := b.Devices.IssueBridgeCredentials(ctx, &registryv1.IssueBridgeCredentialsRequest{Member: "members/" + member})
	if err != nil {
		return nil, err
	}
	// A lost connection is a failure like others: the worker begins anew.
	conn, err := nats.Connect(b.URL, nats.Name("pcc-bridge"), nats.NoReconnect(), nats.UserCredentialBytes([]byte(resp.GetCredentials())))
	if err != nil {
		return nil, fmt.Errorf("bridge: connect: %w", err)
	}
	return conn, nil
}

func openStream(ctx context.Context, conn *nats.Conn) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, setUpTimeout)
	defer cancel()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("bridge: %w", err)
	}
	stream, err := js.CreateOrUpdateStream(ctx, devicebus.StreamConfig())
	if err != nil {
		return nil, fmt.Errorf("bridge: ensure stream %s: %w", devicebus.Stream, err)
	}
	consumer, err := stream.CreateOrUpdateConsumer(ctx, devicebus.ConsumerConfig())
	if err != nil {
		return nil, fmt.Errorf("bridge: ensure consumer %s: %w", devicebus.Consumer, err)
	}
	return consumer, nil
}
