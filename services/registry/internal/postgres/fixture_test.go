package postgres_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// fixture is the registry's rules on a database of the test's own. Its clock stands still until the test moves it.
type fixture struct {
	pool  *pgxpool.Pool
	store *postgres.Store
	rules *registry.Service
	now   time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	sources, err := migrations.Sources("registry")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{pool: testkit.Schema(t, "registry", sources...), now: time.Now().UTC().Truncate(time.Microsecond)}
	f.store = postgres.NewStore(f.pool)
	f.rules = registry.New(nil, func() time.Time { return f.now })
	return f
}

// as returns a context in which the administrator of a member calls.
func as(t *testing.T, member string) context.Context {
	t.Helper()
	return authn.WithPrincipal(t.Context(), authn.Principal{Member: member, Name: "admin"})
}

func (f *fixture) admit(t *testing.T, id string, class registry.MemberClass) {
	t.Helper()
	ca, err := pki.NewAuthority(id)
	if err != nil {
		t.Fatal(err)
	}
	ctx := as(t, "operator")
	f.must(t, f.store.InTx(ctx, func(tx postgres.Tx) error {
		_, err := f.rules.Admit(ctx, tx, registry.Member{
			ID: id, DisplayName: id, Class: class, MSPID: id + "MSP", CACertificates: string(ca.Certificate()),
		})
		return err
	}))
}

// enrol enrols vehicles as a member does; all are bound.
func (f *fixture) enrol(ctx context.Context, member string, vehicles ...string) (outcomes []registry.Outcome, err error) {
	enrolments, bound := make([]registry.Enrolment, len(vehicles)), map[string]eventlist.Tag{}
	for i, v := range vehicles {
		enrolments[i] = registry.Enrolment{Vehicle: v, Specification: registry.Specification{Make: "Alpha", FirstDate: "2020-05"}}
		bound[v] = tagOf(v)
	}
	return f.enrolBound(ctx, member, enrolments, bound)
}

// tagOf is the tag of the VIN that a vehicle is taken to have.
func tagOf(vehicle string) eventlist.Tag { return sha256.Sum256([]byte(vehicle)) }

// enrolBound enrols vehicles with the given tags.
func (f *fixture) enrolBound(ctx context.Context, member string, enrolments []registry.Enrolment, bound map[string]eventlist.Tag) (outcomes []registry.Outcome, err error) {
	err = f.store.InTx(ctx, func(tx postgres.Tx) error {
		outcomes, err = f.rules.Enrol(ctx, tx, member, enrolments, bound)
		return err
	})
	return outcomes, err
}

// passport enrols one new vehicle.
func (f *fixture) passport(t *testing.T, member string) registry.Passport {
	t.Helper()
	outcomes, err := f.enrol(as(t, member), member, uuid.NewString())
	f.must(t, err)
	return outcomes[0].Passport
}

func (f *fixture) transition(ctx context.Context, r registry.StepRequest) (p registry.Passport, err error) {
	err = f.store.InTx(ctx, func(tx postgres.Tx) error {
		p, err = f.rules.Transition(ctx, tx, r)
		return err
	})
	return p, err
}

// count returns the number that a query yields.
func (f *fixture) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	f.must(t, f.pool.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func (*fixture) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
