// Package device is a car or a dongle as its maker would write it: it publishes over MQTT and keeps a message until the
// platform has answered what became of it.
package device

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"google.golang.org/protobuf/encoding/protojson"

	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
)

const (
	// brokerTime bounds the wait for the broker, answerTime that for the platform's answer before a message is sent again.
	brokerTime = 5 * time.Second
	answerTime = 3 * time.Second
	// refused is the broker's return code for a subscription without rights.
	refused = 0x80
)

// ErrRefused says that the password gives no right to read a passport's answers.
var ErrRefused = errors.New("device: the subscription is refused")

// Device is the device of one passport. It is for one goroutine.
type Device struct {
	// Broker is the URL, CAFile verifies it.
	Broker, CAFile string
	// Passport is "passports/{passport}", Password its token.
	Passport, Password string
	// Sent counts the messages published, repetitions included.
	Sent int

	client  mqtt.Client
	answers chan *gatewayv1.DeviceAnswer
}

// Connect connects, and subscribes to the answers. It fails with ErrRefused when the device may not read them.
func (d *Device) Connect() error {
	ca, err := os.ReadFile(d.CAFile)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	d.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(d.Broker).SetClientID(strings.ReplaceAll(d.Passport, "/", "-")).
		SetUsername("device").SetPassword(d.Password).SetProtocolVersion(4).SetAutoReconnect(false).SetConnectTimeout(brokerTime).
		SetTLSConfig(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}))
	if err := wait(d.client.Connect()); err != nil {
		return err
	}
	answers := make(chan *gatewayv1.DeviceAnswer, 100)
	d.answers = answers
	topic := "pcc/v1/" + d.Passport + "/answers"
	token := d.client.Subscribe(topic, 0, func(_ mqtt.Client, m mqtt.Message) {
		a := &gatewayv1.DeviceAnswer{}
		if protojson.Unmarshal(m.Payload(), a) == nil {
			answers <- a
		}
	})
	err = wait(token)
	if granted, ok := token.(*mqtt.SubscribeToken); ok && granted.Result()[topic] == refused {
		return ErrRefused
	}
	return err
}

// Close disconnects.
func (d *Device) Close() { d.client.Disconnect(0) }

// Deliver sends a message until the platform has answered, over new connections where the last one broke.
func (d *Device) Deliver(ctx context.Context, format string, payload []byte) (*gatewayv1.DeviceAnswer, error) {
	sum := sha256.Sum256(payload)
	for ctx.Err() == nil {
		if !d.client.IsConnectionOpen() {
			if err := d.Connect(); err != nil {
				pause(ctx)
				continue
			}
		}
		d.Sent++
		if err := d.Publish(format, payload); err != nil {
			d.Close()
			continue
		}
		if a := d.await(ctx, hex.EncodeToString(sum[:])); a != nil {
			return a, nil
		}
	}
	return nil, fmt.Errorf("device: no answer after %d messages: %w", d.Sent, ctx.Err())
}

// Publish publishes with QoS 1 and waits for the broker's confirmation, which does not say that anything was taken.
func (d *Device) Publish(format string, payload []byte) error {
	return wait(d.client.Publish("pcc/v1/"+d.Passport+"/events/"+format, 1, false, payload))
}

func (d *Device) await(ctx context.Context, digest string) *gatewayv1.DeviceAnswer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		select {
		case a := <-d.answers:
			if a.GetPayloadSha256() == digest {
				return a
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func wait(token mqtt.Token) error {
	if !token.WaitTimeout(brokerTime) {
		return fmt.Errorf("device: no confirmation in %s", brokerTime)
	}
	return token.Error()
}

func pause(ctx context.Context) {
	timer := time.NewTimer(answerTime / 10)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Must connects or fails the test, and closes with it.
func (d *Device) Must(t testing.TB) *Device {
	t.Helper()
	if err := d.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
