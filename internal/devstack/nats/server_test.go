package nats_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// broker is one server with the authority over its accounts.
type broker struct {
	cfg       nats.Config
	authority *natsaccounts.Authority
}

func newBroker(t *testing.T) broker {
	t.Helper()
	dir := t.TempDir()
	authority, err := natsaccounts.Open(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	system, err := authority.SystemAccount()
	if err != nil {
		t.Fatal(err)
	}
	return broker{authority: authority, cfg: nats.Config{
		Dir: filepath.Join(dir, "data"), Port: testkit.FreePort(t),
		OperatorJWT: authority.OperatorJWT(), SystemAccount: system.ID, AccountJWTs: []string{system.JWT},
	}}
}

// serve runs the server until stop, or the end of the test, and waits until it is ready as the supervisor would.
func (b broker) serve(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	var runErr error
	go func() {
		defer close(ended)
		runErr = nats.Run(ctx, b.cfg, slog.New(slog.DiscardHandler))
	}()
	stop = func() {
		cancel()
		<-ended
		if runErr != nil {
			t.Error(runErr)
		}
	}
	t.Cleanup(stop)
	ready := nats.Spec("", nil, b.cfg).Ready
	deadline := time.After(10 * time.Second)
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for ready(t.Context()) != nil {
		select {
		case <-ended:
			t.Fatal(runErr)
		case <-deadline:
			t.Fatal("not ready in time")
		case <-poll.C:
		}
	}
	return stop
}

// connect opens a connection as a user of the account, closed at the end of the test.
func (b broker) connect(t *testing.T, account string, permissions natsaccounts.Permissions) *natsgo.Conn {
	t.Helper()
	creds, err := b.authority.Credentials(account, "tester", permissions)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := natsgo.Connect(nats.URL(b.cfg), natsgo.UserCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// admit creates the member's account and pushes it to the server.
func (b broker) admit(t *testing.T, member string) {
	t.Helper()
	account, err := b.authority.Account(member, natsaccounts.MemberLimits())
	if err != nil {
		t.Fatal(err)
	}
	system := b.connect(t, natsaccounts.System, natsaccounts.Permissions{})
	defer system.Close()
	if err := natsaccounts.Push(t.Context(), system, account); err != nil {
		t.Fatal(err)
	}
}

func streams(t *testing.T, conn *natsgo.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func createStream(t *testing.T, js jetstream.JetStream, subject string) {
	t.Helper()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "EVENTS", Subjects: []string{subject}}); err != nil {
		t.Fatal(err)
	}
}

func TestMembersDoNotSeeEachOther(t *testing.T) {
	b := newBroker(t)
	b.serve(t)
	b.admit(t, "insurer")
	b.admit(t, "garage")
	insurer := b.connect(t, "insurer", natsaccounts.Permissions{})
	garage := b.connect(t, "garage", natsaccounts.Permissions{})

	heard, err := garage.SubscribeSync(">")
	if err != nil {
		t.Fatal(err)
	}
	if err := garage.Flush(); err != nil {
		t.Fatal(err)
	}
	createStream(t, streams(t, insurer), "events.>")
	if _, err := streams(t, insurer).Publish(t.Context(), "events.1", []byte("the insurer's")); err != nil {
		t.Fatal(err)
	}
	// A message of the garage's own closes the wait: it comes after any that would have leaked before it.
	if err := garage.Publish("marker", nil); err != nil {
		t.Fatal(err)
	}
	msg, err := heard.NextMsg(5 * time.Second)
	if err != nil || msg.Subject != "marker" {
		t.Errorf("the garage heard %+v, %v; want its own marker only", msg, err)
	}
	if _, err := streams(t, garage).Stream(t.Context(), "EVENTS"); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the insurer's stream as the garage: %v; want not found", err)
	}
	// The same name and subject are free for the garage, and hold its messages only.
	createStream(t, streams(t, garage), "events.>")
	own, err := streams(t, garage).Stream(t.Context(), "EVENTS")
	if err != nil || own.CachedInfo().State.Msgs != 0 {
		t.Errorf("the garage's stream %+v, %v; want it empty", own, err)
	}
}

func TestRestartKeepsAccountsAndMessages(t *testing.T) {
	b := newBroker(t)
	stop := b.serve(t)
	b.admit(t, "garage")
	js := streams(t, b.connect(t, "garage", natsaccounts.Permissions{}))
	createStream(t, js, "events.>")
	if _, err := js.Publish(t.Context(), "events.1", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	stop()

	b.serve(t)
	js = streams(t, b.connect(t, "garage", natsaccounts.Permissions{}))
	stream, err := js.Stream(t.Context(), "EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := stream.GetLastMsgForSubject(t.Context(), "events.1")
	if err != nil || string(msg.Data) != "kept" {
		t.Errorf("after the restart: %+v, %v", msg, err)
	}
}

func TestUnknownAccountsAndForbiddenSubjectsAreRefused(t *testing.T) {
	b := newBroker(t)
	b.serve(t)
	b.admit(t, "garage")
	stranger, err := b.authority.Credentials("stranger", "tester", natsaccounts.Permissions{})
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := natsgo.Connect(nats.URL(b.cfg), natsgo.UserCredentials(stranger)); err == nil {
		conn.Close()
		t.Error("an account the server was not told about may connect")
	}
	if conn, err := natsgo.Connect(nats.URL(b.cfg)); err == nil {
		conn.Close()
		t.Error("a client without credentials may connect")
	}
	conn := b.connect(t, "garage", natsaccounts.Permissions{Publish: []string{"events.>"}, Subscribe: []string{"_INBOX.>"}})
	refused := make(chan error, 1)
	conn.SetErrorHandler(func(_ *natsgo.Conn, _ *natsgo.Subscription, err error) {
		select {
		case refused <- err:
		default:
		}
	})
	if err := conn.Publish("orders.1", nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-refused:
		if !errors.Is(err, natsgo.ErrPermissionViolation) {
			t.Errorf("refused with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("a forbidden subject was accepted")
	}
}

func TestLimitsHold(t *testing.T) {
	b := newBroker(t)
	b.serve(t)
	limits := natsaccounts.MemberLimits()
	limits.DiskBytes = 0
	account, err := b.authority.Account("tiny", limits)
	if err != nil {
		t.Fatal(err)
	}
	system := b.connect(t, natsaccounts.System, natsaccounts.Permissions{})
	if err := natsaccounts.Push(t.Context(), system, account); err != nil {
		t.Fatal(err)
	}
	js := streams(t, b.connect(t, "tiny", natsaccounts.Permissions{}))
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "EVENTS"}); err == nil {
		t.Error("a stream exceeds the account's limit")
	}
	// The limit is raised while the server runs.
	b.admit(t, "tiny")
	createStream(t, js, "events.>")
}

func TestRunEndsWhenThePortIsTaken(t *testing.T) {
	b := newBroker(t)
	b.serve(t)
	second := newBroker(t)
	second.cfg.Port = b.cfg.Port
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := nats.Run(ctx, second.cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a second server ran on the same port")
	}
}

func TestConfigFile(t *testing.T) {
	b := newBroker(t)
	path := filepath.Join(t.TempDir(), "nats", "config.json")
	if err := nats.WriteConfig(path, b.cfg); err != nil {
		t.Fatal(err)
	}
	got, err := nats.ReadConfig(path)
	if err != nil || got.OperatorJWT != b.cfg.OperatorJWT || got.Port != b.cfg.Port {
		t.Errorf("read back %+v, %v", got, err)
	}
	if err := nats.Run(t.Context(), nats.Config{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("an empty config was accepted")
	}
}
