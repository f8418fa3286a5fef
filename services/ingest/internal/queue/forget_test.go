package queue

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/testkit"
)

// TestWhatIsAcknowledgedTakesNoPlace has a stream that keeps acknowledged messages, as one that a killed broker left behind does.
func TestWhatIsAcknowledgedTakesNoPlace(t *testing.T) {
	conn, err := nats.Connect(testkit.NATS(t).URL)
	must(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	must(t, err)
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: Stream, Subjects: []string{subjectPrefix + "*"}, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew, MaxMsgs: 3,
	})
	must(t, err)
	consumer, err := stream.CreateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy})
	must(t, err)
	for range 3 {
		_, err := js.Publish(t.Context(), subjectPrefix+"oem", []byte("x"))
		must(t, err)
	}
	q := New(js, Limits{})
	must(t, q.forget(t.Context(), consumer))
	if n := messagesIn(t, stream); n != 3 {
		t.Fatalf("%d messages are left of three that nobody has acknowledged", n)
	}
	batch, err := consumer.Fetch(2, jetstream.FetchMaxWait(5*time.Second))
	must(t, err)
	for m := range batch.Messages() {
		must(t, m.DoubleAck(t.Context()))
	}
	if _, err := js.Publish(t.Context(), subjectPrefix+"oem", []byte("x")); err == nil {
		t.Fatal("the stream had room")
	}
	must(t, q.forget(t.Context(), consumer))
	if n := messagesIn(t, stream); n != 1 {
		t.Errorf("%d messages are left, want the one that is not acknowledged", n)
	}
}

func messagesIn(t *testing.T, stream jetstream.Stream) uint64 {
	t.Helper()
	info, err := stream.Info(t.Context())
	must(t, err)
	return info.State.Msgs
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
