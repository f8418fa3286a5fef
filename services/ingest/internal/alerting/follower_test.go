package alerting_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
	"github.com/pcc-platform/pcc/services/ingest/internal/events"
)

// bench is a database with a journal that tests write by hand.
type bench struct{ pool *pgxpool.Pool }

func newBench(t *testing.T) bench {
	t.Helper()
	t.Parallel()
	sources, err := migrations.Sources("ingest")
	if err != nil {
		t.Fatal(err)
	}
	return bench{testkit.Schema(t, "ingest", sources...)}
}

// follower makes one that publishes by publish.
func (b bench) follower(publish alerting.Publish) *alerting.Follower {
	return &alerting.Follower{
		Pool: b.pool, Logger: slog.New(slog.DiscardHandler),
		Keeper: &alerting.Keeper{
			Policy: alert.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(), Publish: publish, Now: time.Now,
		},
	}
}

// write journals messages of a passport, a day apart, as the writer does.
func (b bench) write(t *testing.T, member string, passport uuid.UUID, firstDay int, messages ...proto.Message) {
	t.Helper()
	err := postgres.InTx(t.Context(), b.pool, func(tx pgx.Tx) error {
		for i, message := range messages {
			at := time.Date(2026, 1, 1+firstDay+i, 0, 0, 0, 0, time.UTC)
			if err := writeEvent(t.Context(), tx, member, passport, at, message); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func writeEvent(ctx context.Context, tx pgx.Tx, member string, passport uuid.UUID, at time.Time, message proto.Message) error {
	id, source, stream := uuid.NewString(), "/members/"+member+"/x", ingest.StreamOf(member)
	ce, err := event.New(id, source, "passports/"+passport.String(), at, message)
	if err != nil {
		return err
	}
	content, err := proto.Marshal(ce)
	if err != nil {
		return err
	}
	payload, err := proto.Marshal(&ingestv1.JournaledEvent{
		CloudEvent: content, Passport: "passports/" + passport.String(), Member: "members/" + member,
	})
	if err != nil {
		return err
	}
	leaf := journal.Frame(string((*ingestv1.JournaledEvent)(nil).ProtoReflect().Descriptor().FullName()), [16]byte{}, payload)
	first, _, err := journal.Append(ctx, tx, stream, []journal.Leaf{{Frame: leaf}})
	if err != nil {
		return err
	}
	hash := sha256.Sum256(content)
	_, err = tx.Exec(ctx, `INSERT INTO event (id, member, source, event_id, type, passport, occurred_at, received_at, quality,
			quality_policy, content_hash, stream, seq)
		VALUES ($1, $2, $3, $4, $5, $6, $7, now(), 50, 'p', $8, $9, $10)`,
		uuid.Must(uuid.NewV7()), member, source, id, string(message.ProtoReflect().Descriptor().FullName()), passport, at,
		hash[:], stream, int64(first))
	return err
}

func (b bench) count(t *testing.T, query string) (n int) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// wreck journals a total loss by one member and readings after it by another.
func (b bench) wreck(t *testing.T) {
	t.Helper()
	passport := uuid.New()
	b.write(t, "oem", passport, 10, reading(), reading(), reading())
	b.write(t, "insurer", passport, 5, &eventsv1.TotalLossDeclared{})
}

func reading() proto.Message {
	return &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{RawValue: "1"}}
}

func (b bench) wantOnce(t *testing.T, alerts int) {
	t.Helper()
	for what, query := range map[string]string{
		"alerts": "SELECT count(*) FROM alert", "messages": "SELECT count(*) FROM outbox",
		"matters": "SELECT count(DISTINCT (passport, kind)) FROM alert",
	} {
		if n := b.count(t, query); n != alerts {
			t.Errorf("%d %s, want %d", n, what, alerts)
		}
	}
	if n := b.count(t, "SELECT (SELECT count(*) FROM journal_entry) - (SELECT sum(next) FROM alert_position)"); n != 0 {
		t.Errorf("%d entries were not read", n)
	}
}

// catchUp follows to the end and returns how often it failed on the way.
func catchUp(t *testing.T, f *alerting.Follower) (failures int) {
	t.Helper()
	for {
		read, err := f.CatchUp(t.Context())
		if err != nil {
			if failures++; failures > 20 {
				t.Fatal(err)
			}
			continue
		}
		if read == 0 {
			return failures
		}
	}
}

// TestKilledAtAnyPoint kills the follower's connection before and after its message is written, and fails it in between.
func TestKilledAtAnyPoint(t *testing.T) {
	kill := func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
		return err
	}
	for name, end := range map[string]func(context.Context, pgx.Tx, ingest.Alert, []string) error{
		"killed before": func(ctx context.Context, tx pgx.Tx, _ ingest.Alert, _ []string) error { return kill(ctx, tx) },
		"killed after": func(ctx context.Context, tx pgx.Tx, a ingest.Alert, to []string) error {
			return errors.Join(events.PublishAlert(ctx, tx, a, to), kill(ctx, tx))
		},
		"failed after": func(ctx context.Context, tx pgx.Tx, a ingest.Alert, to []string) error {
			return errors.Join(events.PublishAlert(ctx, tx, a, to), errors.New("out of luck"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.wreck(t)
			calls := 0
			failures := catchUp(t, b.follower(func(ctx context.Context, tx pgx.Tx, a ingest.Alert, to []string) error {
				if calls++; calls == 1 {
					return end(ctx, tx, a, to)
				}
				return events.PublishAlert(ctx, tx, a, to)
			}))
			if failures != 1 || calls != 2 {
				t.Errorf("%d failures, %d calls", failures, calls)
			}
			b.wantOnce(t, 1)
			catchUp(t, b.follower(events.PublishAlert)) // another process, later
			b.wantOnce(t, 1)
		})
	}
}

// TestSeveralFollowersTakeTurns has more entries than one transaction reads.
func TestSeveralFollowersTakeTurns(t *testing.T) {
	b := newBench(t)
	const vehicles = 12
	for i := range vehicles {
		passport := uuid.New()
		many := make([]proto.Message, 60)
		for j := range many {
			many[j] = reading()
		}
		b.write(t, "oem", passport, 20, many...)
		b.write(t, fmt.Sprintf("insurer%d", i%3), passport, 5, &eventsv1.TotalLossDeclared{})
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { catchUp(t, b.follower(events.PublishAlert)) })
	}
	group.Wait()
	b.wantOnce(t, vehicles)
	if n := b.count(t, "SELECT count(*) FROM alert a JOIN alert_recipient r ON r.alert = a.id"); n != 2*vehicles {
		t.Errorf("%d recipients, want the maker and the insurer of each", n)
	}
}

// TestWhatIsNoEventIsPassedOver has leaves of other types in a stream, as those of keys.
func TestWhatIsNoEventIsPassedOver(t *testing.T) {
	b := newBench(t)
	err := postgres.InTx(t.Context(), b.pool, func(tx pgx.Tx) error {
		_, _, err := journal.Append(t.Context(), tx, ingest.StreamOf("insurer"), []journal.Leaf{
			{Frame: journal.Frame("pcc.ingest.v1.SourceKey", [16]byte{}, []byte("anything"))},
			{Frame: journal.Frame("pcc.ingest.v1.JournaledEvent", [16]byte{}, []byte{0xff})}, // not readable
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.wreck(t)
	catchUp(t, b.follower(events.PublishAlert))
	b.wantOnce(t, 1)
}
