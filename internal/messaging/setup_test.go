package messaging_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/migrations"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

const (
	schema   = "kit"
	patience = 30 * time.Second
	look     = 10 * time.Millisecond
)

type message = *anchorv1.MemberRegisteredOnLedger

// fixture is a service with an outbox, and one whose consumer writes the members it hears of into a table; both in one
// database.
type fixture struct {
	pool *pgxpool.Pool // the services'
	own  *pgxpool.Pool // the test's, which is not cut
	url  string        // of the broker
	js   jetstream.JetStream
	log  *stand.Log
}

func newFixture(t *testing.T, brokerURL string) *fixture {
	t.Helper()
	sources, err := migrations.Sources("registry")
	must(t, err)
	f := &fixture{url: brokerURL, log: &stand.Log{}}
	database := testkit.SchemaURL(t, schema, sources[0])
	f.pool, err = postgres.Open(t.Context(), database, schema)
	must(t, err)
	t.Cleanup(f.pool.Close)
	f.own, err = pgxpool.New(t.Context(), database+"&search_path="+schema)
	must(t, err)
	t.Cleanup(f.own.Close)
	_, err = f.own.Exec(t.Context(), `CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, member text)`)
	must(t, err)
	f.js = f.connect(t)
	must(t, messaging.EnsureBus(t.Context(), f.js))
	return f
}

func (f *fixture) connect(t *testing.T) jetstream.JetStream {
	t.Helper()
	conn, err := messaging.Connect(f.url, "test", "")
	must(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	must(t, err)
	return js
}

func (f *fixture) logger() *slog.Logger { return slog.New(slog.NewTextHandler(f.log, nil)) }

// run starts f and returns what stops it and waits for it; the end of the test does too.
func run(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (f *fixture) relay(js jetstream.JetStream) *messaging.Relay {
	return &messaging.Relay{Pool: f.pool, Schema: schema, JS: js, Logger: f.logger()}
}

// consumer writes each member it hears of, after handle agreed.
func (f *fixture) consumer(js jetstream.JetStream, handle func(member string) error) *messaging.Consumer[message] {
	return &messaging.Consumer[message]{
		Service: "listener", Pool: f.pool, JS: js, Logger: f.logger(),
		New: func() message { return &anchorv1.MemberRegisteredOnLedger{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m message) error {
			if _, err := tx.Exec(ctx, `INSERT INTO effect (member) VALUES ($1)`, m.GetMember()); err != nil {
				return err
			}
			return handle(m.GetMember())
		},
	}
}

func agree(string) error { return nil }

// enqueue puts members from first to last into the outbox, in one transaction.
func (f *fixture) enqueue(t *testing.T, first, last int) {
	t.Helper()
	var ms []message
	for i := first; i <= last; i++ {
		ms = append(ms, &anchorv1.MemberRegisteredOnLedger{Member: name(i)})
	}
	must(t, postgres.InTx(t.Context(), f.own, func(tx pgx.Tx) error { return messaging.EnqueueAll(t.Context(), tx, ms) }))
}

func name(i int) string { return fmt.Sprintf("members/m%04d", i) }

func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, name(i))
	}
	return all
}

// effects lists what the consumer did, in its order.
func (f *fixture) effects(t *testing.T) []string {
	t.Helper()
	rows, err := f.own.Query(t.Context(), `SELECT member FROM effect ORDER BY n`)
	must(t, err)
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return got
}

// awaitEffects waits for n effects and wants each member to have had exactly one.
func (f *fixture) awaitEffects(t *testing.T, n int) {
	t.Helper()
	f.await(t, func() bool { return len(f.effects(t)) >= n })
	got := f.effects(t)
	slices.Sort(got)
	if !slices.Equal(got, names(n)) {
		t.Errorf("effects are %v, want one for each of %d members\n%s", got, n, f.log)
	}
}

func (f *fixture) await(t *testing.T, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !done() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("not in %s\n%s", patience, f.log)
		}
	}
}

// published is the number of messages that the broker keeps.
func (f *fixture) published(t *testing.T) int {
	t.Helper()
	stream, err := f.js.Stream(t.Context(), messaging.BusStream)
	must(t, err)
	info, err := stream.Info(t.Context())
	must(t, err)
	return int(info.State.Msgs)
}

func (f *fixture) waiting(t *testing.T) (n int) {
	t.Helper()
	must(t, f.own.QueryRow(t.Context(), `SELECT count(*) FROM outbox`).Scan(&n))
	return n
}

// cut ends all connections of the services to the database that are in a state.
func (f *fixture) cut(t *testing.T, state string) {
	t.Helper()
	var n int
	must(t, f.own.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'pcc-' || $2 AND state LIKE $1`, state, schema).Scan(&n))
	if n == 0 {
		t.Errorf("no connection was in the state %s", state)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onPublish is a JetStream that does something after each message is on the broker's disk and before the caller knows.
type onPublish struct {
	jetstream.JetStream
	then func()
}

func (o onPublish) PublishMsg(ctx context.Context, m *nats.Msg, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	ack, err := o.JetStream.PublishMsg(ctx, m, opts...)
	o.then()
	return ack, err
}
