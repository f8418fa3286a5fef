// Package devicebustest runs the broker with accounts and MQTT for tests, and devices that connect to it.
package devicebustest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/devicebus"
	devnats "github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// Patience bounds every wait of a device.
const Patience = 20 * time.Second

const poll = 10 * time.Millisecond

// Broker is a running broker.
type Broker struct {
	// URL is for clients of NATS, MQTT for those of MQTT.
	URL, MQTT string
	Accounts  *natsaccounts.Authority

	t      testing.TB
	cfg    devnats.Config
	stop   func() // ends the server and waits for it
	system *nats.Conn
	ca     []byte
}

// Start runs a broker until the end of the test.
func Start(t testing.TB) *Broker {
	t.Helper()
	b := &Broker{t: t}
	dir := t.TempDir()
	var err error
	b.Accounts, err = natsaccounts.Open(filepath.Join(dir, "keys"))
	b.must(err)
	system, err := b.Accounts.SystemAccount()
	b.must(err)
	cfg := devnats.Config{
		Dir: filepath.Join(dir, "store"), Port: testkit.FreePort(t), OperatorJWT: b.Accounts.OperatorJWT(),
		SystemAccount: system.ID, AccountJWTs: []string{system.JWT}, MQTT: b.certificate(dir),
	}
	b.cfg = cfg
	b.run()
	b.URL, b.MQTT = devnats.URL(cfg), devnats.MQTTURL(*cfg.MQTT)
	credentials, err := b.Accounts.Credentials(natsaccounts.System, "test", natsaccounts.Permissions{})
	b.must(err)
	b.system = b.connect(credentials)
	return b
}

func (b *Broker) certificate(dir string) *devnats.MQTT {
	authority, err := pki.NewAuthority("test platform")
	b.must(err)
	b.ca = authority.Certificate()
	pair, err := authority.Issue(pki.Leaf{CommonName: "nats", Hosts: []string{"127.0.0.1"}})
	b.must(err)
	files := pki.FilesIn(dir, "nats")
	b.must(pair.Write(files))
	return &devnats.MQTT{Port: testkit.FreePort(b.t), CertificateFile: files.Certificate, KeyFile: files.Key}
}

func (b *Broker) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- devnats.Run(ctx, b.cfg, slog.New(slog.DiscardHandler)) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		b.must(<-ended)
	})
	b.t.Cleanup(b.stop)
}

// Restart ends the broker and starts it again with what it has on disk. All connections are lost.
func (b *Broker) Restart() {
	b.t.Helper()
	reconnects := b.system.Stats().Reconnects
	b.stop()
	b.run()
	Await(b.t, "the broker", func() bool { return b.system.Stats().Reconnects > reconnects && b.system.IsConnected() })
}

// Member makes the account of a member and returns the file with the bridge's credentials in it.
func (b *Broker) Member(member string) (bridgeCredentials string) {
	b.t.Helper()
	account, err := b.Accounts.Account(member, natsaccounts.MemberLimits())
	b.must(err)
	b.must(natsaccounts.Push(context.Background(), b.system, account))
	file, err := b.Accounts.Credentials(member, devicebus.Consumer, devicebus.BridgePermissions())
	b.must(err)
	b.openStream(file)
	return file
}

// openStream uses the account once. Of two clients that are the first to use JetStream in an account at the same moment the
// broker turns one away, which a bridge and a device try again and a test would have to.
func (b *Broker) openStream(credentials string) {
	conn, err := nats.Connect(b.URL, nats.UserCredentials(credentials))
	b.must(err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	b.must(err)
	_, err = js.CreateOrUpdateStream(context.Background(), devicebus.StreamConfig())
	b.must(err)
}

// BridgeCredentials is Member with the content of the file.
func (b *Broker) BridgeCredentials(member string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.Member(member))
	b.must(err)
	return string(text)
}

// Token is the password of the device of a passport.
func (b *Broker) Token(member, passport string, lifetime time.Duration) string {
	b.t.Helper()
	return b.Issue(member, passport, lifetime).JWT
}

// Issue is Token with what names the password.
func (b *Broker) Issue(member, passport string, lifetime time.Duration) natsaccounts.Token {
	b.t.Helper()
	token, err := b.Accounts.MQTTToken(member, passport, devicebus.DevicePermissions(passport), time.Now(), lifetime)
	b.must(err)
	return token
}

// Revoke withdraws passwords of a member's devices.
func (b *Broker) Revoke(member string, tokens ...natsaccounts.Token) {
	b.t.Helper()
	expires := map[string]time.Time{}
	for _, t := range tokens {
		expires[t.User] = t.Expires
	}
	account, err := b.Accounts.Revoke(member, expires, time.Now())
	b.must(err)
	b.must(natsaccounts.Push(context.Background(), b.system, account))
}

func (b *Broker) connect(credentials string) *nats.Conn {
	conn, err := messaging.Connect(b.URL, "test", credentials)
	b.must(err)
	b.t.Cleanup(conn.Close)
	Await(b.t, "the broker", conn.IsConnected)
	return conn
}

// Await waits until condition holds.
func Await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for deadline := time.After(Patience); !condition(); {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s did not come in %s", what, Patience)
		}
	}
}

func (b *Broker) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("devicebustest: %v", err)
	}
}
