// Package devicebus is what devices, the broker and the gateway's bridge agree on: the topics of cars and dongles, who may
// use which, and the stream that keeps what devices publish until it is ingested.
//
//	device ──MQTT──> pcc/v1/passports/{passport}/events/{format} ──> stream EVENTS of the member's account ──> bridge ──> ingest
//	device <──MQTT── pcc/v1/passports/{passport}/answers         <───────────────────────────────────────── bridge <──┘
//
// A device has rights on the topics of one passport alone, and messages of at most 256 KiB: the broker ends the connection
// that sends a larger one. It confirms (PUBACK) also what it does not let pass, so a confirmation says nothing: what counts
// is the answer.
package devicebus

import (
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

// Formats of a message with events.
const (
	// FormatJSON is an event in the JSON format of CloudEvents, or an array of them.
	FormatJSON = "json"
	// FormatProtobuf is an io.cloudevents.v1.CloudEventBatch.
	FormatProtobuf = "protobuf"
	// FormatSigned is a pcc.ingest.v1.SignedBatch, for devices that have a key.
	FormatSigned = "signed"
)

const (
	// Stream is the stream in every member's account.
	Stream = "EVENTS"
	// Consumer is the bridge's consumer of it, and the bridge's user in the account.
	Consumer = "bridge"

	prefix = "pcc.v1.passports."

	maxStreamBytes = 64 << 20
	maxStreamMsgs  = 200_000
	// ackWait is how long the bridge has to get a batch ingested before another bridge gets its messages.
	ackWait = time.Minute
	// maxPending bounds the messages that bridges work on at a time.
	maxPending = 2000
)

// EventsTopic is the MQTT topic on which the device of a passport, given by its id, publishes.
func EventsTopic(passport, format string) string { return topic(eventsSubject(passport, format)) }

// AnswersTopic is the MQTT topic on which the device reads what became of its events.
func AnswersTopic(passport string) string { return topic(AnswersSubject(passport)) }

// AnswersSubject is AnswersTopic as the broker's own clients know it.
func AnswersSubject(passport string) string { return prefix + passport + ".answers" }

func eventsSubject(passport, format string) string { return prefix + passport + ".events." + format }

func topic(subject string) string { return strings.ReplaceAll(subject, ".", "/") }

// ParseEvents takes apart the subject of a message in the stream.
func ParseEvents(subject string) (passport, format string, ok bool) {
	rest, ok := strings.CutPrefix(subject, prefix)
	parts := strings.Split(rest, ".")
	if !ok || len(parts) != 3 || parts[1] != "events" {
		return "", "", false
	}
	return parts[0], parts[2], true
}

// DevicePermissions are those of the device of one passport.
func DevicePermissions(passport string) natsaccounts.Permissions {
	return natsaccounts.Permissions{
		Publish: []string{
			eventsSubject(passport, FormatJSON), eventsSubject(passport, FormatProtobuf), eventsSubject(passport, FormatSigned),
		},
		Subscribe: []string{AnswersSubject(passport)},
	}
}

// BridgePermissions are those of the bridge in a member's account.
func BridgePermissions() natsaccounts.Permissions {
	return natsaccounts.Permissions{
		Publish: []string{
			"$JS.API.STREAM.CREATE." + Stream, "$JS.API.STREAM.UPDATE." + Stream, "$JS.API.STREAM.INFO." + Stream,
			"$JS.API.CONSUMER.CREATE." + Stream + "." + Consumer + ".>", "$JS.API.CONSUMER.CREATE." + Stream + "." + Consumer,
			"$JS.API.CONSUMER.INFO." + Stream + "." + Consumer, "$JS.API.CONSUMER.MSG.NEXT." + Stream + "." + Consumer,
			"$JS.ACK." + Stream + "." + Consumer + ".>", AnswersSubject("*"),
		},
		Subscribe: []string{"_INBOX.>"},
	}
}

// StreamConfig is the stream's. A full stream takes nothing more and what it holds stays: a device that gets no answer sends
// again.
func StreamConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: Stream, Subjects: []string{eventsSubject("*", "*")}, Storage: jetstream.FileStorage,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, MaxMsgs: maxStreamMsgs, MaxBytes: maxStreamBytes,
	}
}

// ConsumerConfig is the bridge's consumer's.
func ConsumerConfig() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{Durable: Consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: maxPending}
}
