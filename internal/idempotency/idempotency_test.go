package idempotency_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const method = "registry.AdmitMember"

func kit(t *testing.T) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("registry")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Schema(t, "kit", sources[0])
}

// mutation is an RPC with an answer that tells its executions apart.
type mutation struct {
	pool *pgxpool.Pool
	runs atomic.Int64
	fail error
	opts []idempotency.Option
}

func (m *mutation) call(ctx context.Context, req *registryv1.AdmitMemberRequest) (string, error) {
	return m.callIn(ctx, req, postgres.InTx, method)
}

type runner func(context.Context, postgres.Beginner, func(pgx.Tx) error) error

func (m *mutation) callIn(ctx context.Context, req *registryv1.AdmitMemberRequest, inTx runner, name string) (string, error) {
	var resp *registryv1.AdmitMemberResponse
	err := inTx(ctx, m.pool, func(tx pgx.Tx) (err error) {
		resp, err = idempotency.Do(ctx, tx, name, req, &registryv1.AdmitMemberResponse{}, func() (*registryv1.AdmitMemberResponse, error) {
			m.runs.Add(1)
			if m.fail != nil {
				return nil, m.fail
			}
			return &registryv1.AdmitMemberResponse{Member: &registryv1.Member{Name: "members/" + uuid.NewString()}}, nil
		}, m.opts...)
		return err
	})
	return resp.GetMember().GetName(), err
}

func request(display string) *registryv1.AdmitMemberRequest {
	return &registryv1.AdmitMemberRequest{RequestId: uuid.NewString(), Member: &registryv1.Member{DisplayName: display}}
}

func as(t *testing.T, member string) context.Context {
	return authn.WithPrincipal(t.Context(), authn.Principal{Member: member, Name: "admin"})
}

func TestARepeatedCallGetsTheFirstAnswer(t *testing.T) {
	m := &mutation{pool: kit(t)}
	req := request("one")
	first, err := m.call(as(t, "oem"), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.call(as(t, "oem"), req)
	if err != nil || again != first || m.runs.Load() != 1 {
		t.Errorf("the second answer is %q, %v after %d runs; want %q after one", again, err, m.runs.Load(), first)
	}
}

func TestAnIDBelongsToItsCallerAndMethod(t *testing.T) {
	m := &mutation{pool: kit(t)}
	req := request("one")
	for _, c := range []struct{ member, method string }{{"oem", method}, {"garage", method}, {"oem", "registry.Other"}} {
		if _, err := m.callIn(as(t, c.member), req, postgres.InTx, c.method); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.runs.Load(); got != 3 {
		t.Errorf("%d runs, want 3", got)
	}
}

func TestAnIDWithOtherContentIsRefused(t *testing.T) {
	m := &mutation{pool: kit(t)}
	req := request("one")
	if _, err := m.call(as(t, "oem"), req); err != nil {
		t.Fatal(err)
	}
	req.Member.DisplayName = "other"
	if _, err := m.call(as(t, "oem"), req); !errors.Is(err, idempotency.ErrReused) {
		t.Errorf("error = %v, want %v", err, idempotency.ErrReused)
	}
}

func TestAFailureLeavesTheIDFree(t *testing.T) {
	m := &mutation{pool: kit(t), fail: errors.New("no")}
	req := request("one")
	if _, err := m.call(as(t, "oem"), req); !errors.Is(err, m.fail) {
		t.Fatalf("error = %v", err)
	}
	m.fail = nil
	req.Member.DisplayName = "corrected"
	if name, err := m.call(as(t, "oem"), req); err != nil || name == "" {
		t.Errorf("the second attempt gives %q, %v", name, err)
	}
}

func TestCallsAtOnceHaveOneEffect(t *testing.T) {
	for name, inTx := range map[string]runner{"read committed": postgres.InTx, "serialisable": postgres.InSerializableTx} {
		t.Run(name, func(t *testing.T) {
			m := &mutation{pool: kit(t)}
			req := request("one")
			answers := make([]string, 8)
			var group errgroup.Group
			for i := range answers {
				group.Go(func() (err error) {
					answers[i], err = m.callIn(as(t, "oem"), req, inTx, method)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			for _, a := range answers {
				if a != answers[0] || a == "" {
					t.Fatalf("answers differ: %q", answers)
				}
			}
			if got := stored(t, m.pool); got != 1 {
				t.Errorf("%d records", got)
			}
		})
	}
}

func stored(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM idempotency`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAKeyedHashKeepsContentFromGuesses(t *testing.T) {
	key := []byte("0123456789abcdef")
	keyed := func(content []byte) ([]byte, error) {
		mac := hmac.New(sha256.New, key)
		mac.Write(content)
		return mac.Sum(nil), nil
	}
	plain := &mutation{pool: kit(t)}
	m := &mutation{pool: plain.pool, opts: []idempotency.Option{idempotency.WithHash(keyed)}}
	req := request("one")
	if _, err := plain.call(as(t, "garage"), req); err != nil {
		t.Fatal(err)
	}
	if _, err := m.call(as(t, "oem"), req); err != nil {
		t.Fatal(err)
	}
	if _, err := m.call(as(t, "oem"), req); err != nil {
		t.Errorf("the same content under the same key: %v", err)
	}
	var different bool
	err := m.pool.QueryRow(t.Context(), `SELECT count(DISTINCT request_hash) = 2 FROM idempotency`).Scan(&different)
	if err != nil || !different {
		t.Errorf("the keyed hash equals the plain one: %v", err)
	}
	broken := errors.New("no key")
	m.opts = []idempotency.Option{idempotency.WithHash(func([]byte) ([]byte, error) { return nil, broken })}
	if _, err := m.call(as(t, "oem"), request("two")); !errors.Is(err, broken) {
		t.Errorf("error = %v, want %v", err, broken)
	}
}
