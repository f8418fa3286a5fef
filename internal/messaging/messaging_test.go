package messaging_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestSubject(t *testing.T) {
	if got := messaging.Subject(&registryv1.MemberAdmitted{}); got != "pcc.registry.v1.member_admitted" {
		t.Error(got)
	}
	if got := messaging.Subject(&anchorv1.MemberRegisteredOnLedger{}); got != "pcc.anchor.v1.member_registered_on_ledger" {
		t.Error(got)
	}
}

func TestMessagesArriveOnceAndInOrder(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	const n = 450 // more than two of the relay's batches
	f.enqueue(t, 0, 299)
	run(t, f.relay(f.js).Run)
	run(t, f.consumer(f.js, agree).Run)
	f.enqueue(t, 300, n-1)
	f.awaitEffects(t, n)
	if got := f.effects(t); !slices.IsSorted(got) {
		t.Errorf("out of order: %v", got)
	}
	f.await(t, func() bool { return f.waiting(t) == 0 })
}

func TestWhatIsRolledBackIsNotSaid(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	undone := errors.New("undone")
	err := postgres.InTx(t.Context(), f.pool, func(tx pgx.Tx) error {
		return errors.Join(messaging.Enqueue(t.Context(), tx, &anchorv1.MemberRegisteredOnLedger{}), undone)
	})
	if !errors.Is(err, undone) || f.waiting(t) != 0 {
		t.Errorf("%d messages wait, %v", f.waiting(t), err)
	}
}

func TestOversizedMessagesAreNotEnqueued(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	large := &anchorv1.MemberRegisteredOnLedger{Member: strings.Repeat("x", 1<<20)}
	err := postgres.InTx(t.Context(), f.pool, func(tx pgx.Tx) error { return messaging.Enqueue(t.Context(), tx, large) })
	if err == nil || !strings.Contains(err.Error(), "member_registered_on_ledger") {
		t.Errorf("error = %v", err)
	}
}

func TestTheConsumerActsAsItsService(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	run(t, f.relay(f.js).Run)
	c := f.consumer(f.js, agree)
	subject := make(chan string, 1)
	c.Handle = func(ctx context.Context, _ pgx.Tx, _ message) error {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the effect has no deadline")
		}
		subject <- authn.FromContext(ctx).Subject()
		return nil
	}
	run(t, c.Run)
	f.enqueue(t, 0, 0)
	if got := <-subject; got != "service/listener" {
		t.Errorf("acts as %s", got)
	}
}

// TestARelayKilledBeforeItForgot ends the relay's transaction between the broker's acknowledgement and the delete.
func TestARelayKilledBeforeItForgot(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	f.enqueue(t, 0, 9)
	kill := sync.OnceFunc(func() { f.cut(t, "idle in transaction%") })
	run(t, f.relay(onPublish{f.js, kill}).Run)
	run(t, f.consumer(f.js, agree).Run)
	f.awaitEffects(t, 10)
	f.await(t, func() bool { return f.waiting(t) == 0 })
	if got := f.published(t); got != 10 {
		t.Errorf("%d messages on the bus, want 10", got)
	}
}

// TestAConsumerKilledBeforeItAcknowledged loses its connection after the effect is decided, so the effect commits and the
// broker is not told. The broker then delivers everything again.
func TestAConsumerKilledBeforeItAcknowledged(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	run(t, f.relay(f.js).Run)
	dying := f.connect(t)
	stop := run(t, f.consumer(dying, func(string) error {
		dying.Conn().Close()
		return nil
	}).Run)
	f.enqueue(t, 0, 0)
	f.awaitEffects(t, 1)
	stop()
	must(t, f.js.DeleteConsumer(t.Context(), messaging.BusStream, "listener-member_registered_on_ledger"))
	run(t, f.consumer(f.connect(t), agree).Run)
	f.enqueue(t, 1, 1)
	f.awaitEffects(t, 2)
}

func TestAFailedEffectIsTriedAgain(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	run(t, f.relay(f.js).Run)
	var mu sync.Mutex
	failures := map[string]int{name(0): 2}
	run(t, f.consumer(f.js, func(member string) error {
		mu.Lock()
		defer mu.Unlock()
		if failures[member] > 0 {
			failures[member]--
			return errors.New("not now")
		}
		return nil
	}).Run)
	f.enqueue(t, 0, 2)
	f.awaitEffects(t, 3)
	if got := f.effects(t); got[2] != name(0) {
		t.Errorf("order %v: the others should have passed the failed one", got)
	}
}

func TestOfTwoRelaysOneWorks(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	var stops []func()
	for range 2 {
		stops = append(stops, run(t, f.relay(f.connect(t)).Run))
	}
	run(t, f.consumer(f.js, agree).Run)
	for i := range 20 {
		if i == 10 {
			stops[0]() // the other takes over
		}
		f.enqueue(t, i*10, i*10+9)
	}
	f.awaitEffects(t, 200)
	if got := f.effects(t); !slices.IsSorted(got) {
		t.Errorf("out of order: %v", got)
	}
	if got := f.published(t); got != 200 {
		t.Errorf("%d messages on the bus, want 200", got)
	}
}

func TestTheDatabaseCutsAllConnections(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	run(t, f.relay(f.js).Run)
	run(t, f.consumer(f.js, agree).Run)
	f.enqueue(t, 0, 4)
	f.awaitEffects(t, 5)
	f.cut(t, "%")
	f.enqueue(t, 5, 9)
	f.awaitEffects(t, 10)
}

func TestTheBrokerRestarts(t *testing.T) {
	options := &server.Options{
		Host: "127.0.0.1", Port: testkit.FreePort(t), JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoLog: true, NoSigs: true,
	}
	broker := startBroker(t, options)
	f := newFixture(t, broker.ClientURL())
	run(t, f.relay(f.js).Run)
	run(t, f.consumer(f.js, agree).Run)
	f.enqueue(t, 0, 49)
	f.awaitEffects(t, 50)
	broker.Shutdown()
	broker.WaitForShutdown()
	f.enqueue(t, 50, 99)
	startBroker(t, options)
	f.awaitEffects(t, 100)
}

func startBroker(t *testing.T, options *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(options.Clone())
	must(t, err)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(patience) {
		t.Fatal("the broker does not start")
	}
	return s
}

// TestNoConnectionKeepsListening: one that did would collect notifications in memory for as long as it serves the pool.
func TestNoConnectionKeepsListening(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	dead := f.connect(t)
	dead.Conn().Close()
	f.enqueue(t, 0, 0)
	stop := run(t, f.relay(dead).Run)
	f.await(t, func() bool { return strings.Contains(f.log.String(), "outbox relay interrupted") })
	stop()
	for _, conn := range f.pool.AcquireAllIdle(t.Context()) {
		var channels int
		must(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_listening_channels()`).Scan(&channels))
		if channels != 0 {
			t.Errorf("a pooled connection listens on %d channels", channels)
		}
		conn.Release()
	}
}

func TestAMessageWithoutIDHasNoEffect(t *testing.T) {
	f := newFixture(t, testkit.NATS(t).URL)
	run(t, f.consumer(f.js, agree).Run)
	must(t, f.js.Conn().PublishMsg(&nats.Msg{Subject: messaging.Subject(&anchorv1.MemberRegisteredOnLedger{})}))
	f.await(t, func() bool { return strings.Contains(f.log.String(), "the message has no id") })
	if got := f.effects(t); len(got) != 0 {
		t.Errorf("effects: %v", got)
	}
}
