package devicebus_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
)

// open makes a member's account with its stream and returns the stream as the bridge sees it.
func open(t *testing.T, b *devicebustest.Broker, member string) jetstream.Stream {
	t.Helper()
	conn, err := nats.Connect(b.URL, nats.UserCredentials(b.Member(member)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.CreateOrUpdateStream(t.Context(), devicebus.StreamConfig())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.CreateOrUpdateConsumer(t.Context(), devicebus.ConsumerConfig()); err != nil {
		t.Fatal(err)
	}
	return stream
}

func messages(t *testing.T, s jetstream.Stream) uint64 {
	t.Helper()
	info, err := s.Info(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Msgs
}

func TestADeviceReachesItsMembersStreamAlone(t *testing.T) {
	b := devicebustest.Start(t)
	oem, garage := open(t, b, "oem"), open(t, b, "garage")
	passport := uuid.NewString()
	d := b.Connect(passport, b.Token("oem", passport, time.Hour))
	for _, format := range []string{devicebus.FormatJSON, devicebus.FormatProtobuf} {
		if err := d.Send(passport, format, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	devicebustest.Await(t, "the messages", func() bool { return messages(t, oem) == 2 })
	if n := messages(t, garage); n != 0 {
		t.Errorf("another member has %d messages", n)
	}
	consumer, err := oem.Consumer(t.Context(), devicebus.Consumer)
	if err != nil {
		t.Fatal(err)
	}
	m, err := consumer.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got, format, ok := devicebus.ParseEvents(m.Subject()); !ok || got != passport || format != devicebus.FormatJSON {
		t.Errorf("subject %s", m.Subject())
	}
	if err := m.DoubleAck(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTheBrokerConfirmsWhatItDrops holds what the documents warn of: without rights there is a PUBACK, and no message. Only
// the refused subscription tells the device.
func TestTheBrokerConfirmsWhatItDrops(t *testing.T) {
	b := devicebustest.Start(t)
	stream := open(t, b, "oem")
	own, foreign := uuid.NewString(), uuid.NewString()
	d := b.Connect(own, b.Token("oem", own, time.Hour))
	if code := d.SubscribeAnswers(foreign); code != 0x80 {
		t.Errorf("the answers to another passport: %#x, want them refused", code)
	}
	if err := d.Send(foreign, devicebus.FormatJSON, []byte("{}")); err != nil {
		t.Errorf("a publish without rights: %v", err)
	}
	if err := d.Send(own, devicebus.FormatJSON, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	devicebustest.Await(t, "the message with rights", func() bool { return messages(t, stream) > 0 })
	if n := messages(t, stream); n != 1 {
		t.Errorf("%d messages in the stream, want the one with rights", n)
	}
}

func TestTokensThatDoNotCount(t *testing.T) {
	b := devicebustest.Start(t)
	open(t, b, "oem")
	passport := uuid.NewString()
	if _, err := b.Accounts.MQTTToken("oem", "x", devicebus.DevicePermissions(passport), time.Now(), 0); err == nil {
		t.Error("a token without lifetime is issued")
	}
	expired, err := b.Accounts.MQTTToken("oem", passport, devicebus.DevicePermissions(passport), time.Now().Add(-2*time.Hour), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	good := b.Token("oem", passport, time.Hour)
	for what, token := range map[string]string{
		"expired": expired.JWT, "changed": good[:len(good)-6] + "AAAAAA", "none": "", "no token": "secret",
	} {
		if _, err := b.TryConnect(passport, token); err == nil {
			t.Errorf("%s: connected", what)
		}
	}
	if conn, err := nats.Connect(b.URL, nats.UserJWT(func() (string, error) { return good, nil }, func([]byte) ([]byte, error) { return nil, nil })); err == nil {
		conn.Close()
		t.Error("a device's token opens the broker's own protocol")
	}
}

func TestAnExpiringTokenEndsTheConnection(t *testing.T) {
	b := devicebustest.Start(t)
	open(t, b, "oem")
	passport := uuid.NewString()
	d := b.Connect(passport, b.Token("oem", passport, 2*time.Second))
	select {
	case <-d.Lost:
	case <-time.After(devicebustest.Patience):
		t.Error("the connection outlives the token")
	}
}

func TestAnOversizedMessageEndsTheConnection(t *testing.T) {
	b := devicebustest.Start(t)
	stream := open(t, b, "oem")
	passport := uuid.NewString()
	d := b.Connect(passport, b.Token("oem", passport, time.Hour))
	_ = d.Publish(devicebus.EventsTopic(passport, devicebus.FormatJSON), 1, false, make([]byte, 1<<20))
	select {
	case <-d.Lost:
	case <-time.After(devicebustest.Patience):
		t.Error("the connection stays")
	}
	if n := messages(t, stream); n != 0 {
		t.Errorf("%d messages", n)
	}
}
