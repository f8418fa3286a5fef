package devicebustest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/devicebus"
)

// Device is an MQTT client as it would run in a car.
type Device struct {
	mqtt.Client
	// Answers are the messages on the topic of answers, Lost the ends of its connection.
	Answers chan []byte
	Lost    chan error
	// Passport is the id of its passport.
	Passport string

	t testing.TB
}

// Connect connects the device of a passport with its token, and has it read its answers.
func (b *Broker) Connect(passport, token string) *Device {
	b.t.Helper()
	d, err := b.TryConnect(passport, token)
	b.must(err)
	if code := d.SubscribeAnswers(passport); code != 0 {
		b.t.Fatalf("the device may not read its answers: %#x", code)
	}
	return d
}

// TryConnect is Connect with the broker's refusal, and no subscription.
func (b *Broker) TryConnect(passport, token string) (*Device, error) {
	return TryConnect(b.t, b.MQTT, b.ca, passport, token)
}

// TryConnect connects the device of a passport to any broker, whose certificate is of the authority in ca, PEM.
func TryConnect(t testing.TB, url string, ca []byte, passport, token string) (*Device, error) {
	d := &Device{Answers: make(chan []byte, 1000), Lost: make(chan error, 1), Passport: passport, t: t}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	opts := mqtt.NewClientOptions().AddBroker(url).SetClientID(uuid.NewString()).SetUsername("device").SetPassword(token).
		SetProtocolVersion(4).SetCleanSession(true).SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(Patience).
		SetTLSConfig(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { d.Lost <- err })
	d.Client = mqtt.NewClient(opts)
	if err := wait(d.Client.Connect()); err != nil {
		return nil, err
	}
	t.Cleanup(func() { d.Disconnect(0) })
	return d, nil
}

// SubscribeAnswers asks for the answers to a passport's device and returns the broker's return code: 0 granted, 0x80 refused.
func (d *Device) SubscribeAnswers(passport string) byte {
	d.t.Helper()
	topic := devicebus.AnswersTopic(passport)
	token := d.Subscribe(topic, 0, func(_ mqtt.Client, m mqtt.Message) { d.Answers <- m.Payload() })
	_ = wait(token) // a refusal is an error too
	granted, ok := token.(*mqtt.SubscribeToken)
	if !ok {
		d.t.Fatalf("a token of type %T", token)
	}
	return granted.Result()[topic]
}

// Send publishes events at QoS 1 and waits for the broker's confirmation.
func (d *Device) Send(passport, format string, payload []byte) error {
	return wait(d.Publish(devicebus.EventsTopic(passport, format), 1, false, payload))
}

func wait(token mqtt.Token) error {
	if !token.WaitTimeout(Patience) {
		return fmt.Errorf("the broker did not answer in %s", Patience)
	}
	return token.Error()
}

// Answer waits for the next answer.
func (d *Device) Answer() []byte {
	d.t.Helper()
	select {
	case payload := <-d.Answers:
		return payload
	case err := <-d.Lost:
		d.t.Fatalf("the connection was lost: %v", err)
	case <-time.After(Patience):
		d.t.Fatalf("no answer in %s", Patience)
	}
	return nil
}
