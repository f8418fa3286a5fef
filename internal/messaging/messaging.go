// Package messaging is how services tell each other what happened: a transactional outbox, JetStream, and an inbox.
//
// A producer enqueues a message in the transaction of the change it tells of (Enqueue); a Relay of its service publishes
// it and deletes the row once the broker has it on disk. A consumer records the message's id in the transaction of its
// own effect (Consume), so a redelivered message has no second effect. Messages of one producer keep their order until
// one fails; a failed one is retried with a growing delay and the others pass it. One that fails for long, or cannot be read,
// is parked in the consumer's database, where it takes no other's place and is retried ever more seldom, without end.
//
// The subject of a message is its protobuf type in snake case below its package: pcc.registry.v1.MemberAdmitted travels
// on "pcc.registry.v1.member_admitted".
package messaging

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
)

// BusStream is the JetStream stream of all messages between services.
const BusStream = "PCC_BUS"

const (
	// busMaxBytes and busMaxAge bound what the broker keeps for a consumer that is away.
	busMaxBytes = 4 << 30
	busMaxAge   = 30 * 24 * time.Hour
	// dedupeWindow lets the broker drop a message that the relay published twice; the inbox is what guarantees it.
	dedupeWindow = 2 * time.Minute
	reconnectGap = 500 * time.Millisecond
	drainTimeout = 5 * time.Second
)

// Connect returns a connection to url that reconnects for ever. credentialsFile is a NATS .creds file, or "".
func Connect(url, name, credentialsFile string) (*nats.Conn, error) {
	opts := []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectGap), nats.RetryOnFailedConnect(true),
		nats.DrainTimeout(drainTimeout), nats.ReconnectBufSize(-1), // a publish while disconnected fails at once
	}
	if credentialsFile != "" {
		opts = append(opts, nats.UserCredentials(credentialsFile))
	}
	conn, err := nats.Connect(url, opts...)
	if err != nil {
		return nil, fmt.Errorf("messaging: connect: %w", err)
	}
	return conn, nil
}

// EnsureBus creates the bus stream or brings it up to date.
func EnsureBus(ctx context.Context, js jetstream.JetStream) error {
	_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: BusStream, Subjects: []string{"pcc.>"}, Storage: jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew,
		MaxBytes: busMaxBytes, MaxAge: busMaxAge, Duplicates: dedupeWindow,
	})
	if err != nil {
		return fmt.Errorf("messaging: ensure stream %s: %w", BusStream, err)
	}
	return nil
}

// Subject returns the subject on which messages of m's type travel.
func Subject(m proto.Message) string {
	name := m.ProtoReflect().Descriptor().FullName()
	return string(name.Parent()) + "." + snakeCase(string(name.Name()))
}

func snakeCase(camel string) string {
	var b strings.Builder
	for i, r := range camel {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
