package authz

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
)

const (
	ingestEvents = "/pcc.ingest.v1.IngestService/IngestEvents"
	admitMember  = "/pcc.registry.v1.MemberService/AdmitMember"
	holdRead     = "/pcc.settlement.v1.SettlementService/HoldRead"
)

// clock is moved by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is an authorizer on the real Keto, which holds what the test writes.
type fixture struct {
	*Authorizer
	clock  *clock
	writer *relations.Writer
}

func newFixture(t *testing.T, address string) *fixture {
	t.Helper()
	rules, err := LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	keto := testkit.Keto(t)
	f := &fixture{
		Authorizer: NewAuthorizer(rules, conn), clock: &clock{now: time.Now()},
		writer: relations.NewWriter("http://"+keto.Read, "http://"+keto.Write),
	}
	f.now = f.clock.Now
	return f
}

func (f *fixture) put(t *testing.T, rs ...relations.Relation) {
	t.Helper()
	if err := f.writer.Put(t.Context(), rs...); err != nil {
		t.Fatal(err)
	}
}

func role(p authn.Principal, name string) relations.Relation {
	return relations.Relation{Namespace: "Member", Object: p.Member, Name: name, Subject: p.Subject()}
}

func principal(name string) authn.Principal {
	return authn.Principal{Member: testkit.ID("member"), Name: name}
}

func TestOnlyWhoIsGrantedMay(t *testing.T) {
	f := newFixture(t, testkit.Keto(t).Read)
	admin := principal("admin")
	reader := authn.Principal{Member: admin.Member, Name: "reader"}
	service := authn.Principal{Name: testkit.ID("service")}
	f.put(t, role(admin, "administrators"), role(reader, "readers"),
		relations.Relation{Namespace: "Service", Object: "settlement", Name: "callers", Subject: service.Subject()})
	for name, c := range map[string]struct {
		principal authn.Principal
		method    string
		allowed   bool
	}{
		"own member":            {admin, ingestEvents, true},
		"other role":            {reader, ingestEvents, false},
		"same name elsewhere":   {principal("admin"), ingestEvents, false},
		"admin of a member":     {admin, admitMember, false},
		"nobody":                {authn.Principal{}, ingestEvents, false},
		"service to service":    {service, holdRead, true},
		"member to service":     {admin, holdRead, false},
		"service as a member":   {service, ingestEvents, false},
		"other service":         {authn.Principal{Name: testkit.ID("service")}, holdRead, false},
		"member named so":       {authn.Principal{Member: "service", Name: "other"}, holdRead, false},
		"method without a rule": {admin, "/pcc.ingest.v1.IngestService/Unknown", false},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // asked and remembered
				err := f.Authorize(t.Context(), c.principal, c.method)
				if c.allowed && err != nil || !c.allowed && !errors.Is(err, ErrDenied) {
					t.Errorf("Authorize = %v, want allowed %v", err, c.allowed)
				}
			}
		})
	}
}

func TestARevokedPermissionEndsWithTheTTL(t *testing.T) {
	f := newFixture(t, testkit.Keto(t).Read)
	admin := principal("admin")
	may := func() error { return f.Authorize(t.Context(), admin, ingestEvents) }
	if err := may(); !errors.Is(err, ErrDenied) {
		t.Fatalf("before: %v", err)
	}
	f.put(t, role(admin, "administrators"))
	if err := may(); err != nil { // a refusal is not remembered
		t.Fatalf("granted: %v", err)
	}
	if err := f.writer.Remove(t.Context(), role(admin, "administrators")); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(positiveTTL - time.Millisecond)
	if err := may(); err != nil {
		t.Errorf("within the TTL Keto is asked again: %v", err)
	}
	f.clock.advance(time.Millisecond)
	if err := may(); !errors.Is(err, ErrDenied) {
		t.Errorf("after the TTL: %v, want %v", err, ErrDenied)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	f := newFixture(t, testkit.Keto(t).Read)
	for i := range maxCached + 1 {
		f.remember(question{object: string(rune(i))})
		if len(f.granted) > maxCached {
			t.Fatalf("%d answers remembered", len(f.granted))
		}
	}
}

// silent accepts connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestWithoutKetoNobodyMay(t *testing.T) {
	for name, address := range map[string]string{"absent": "127.0.0.1:1", "silent": silent(t)} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, address)
			err := f.Authorize(t.Context(), principal("admin"), ingestEvents)
			if e := apperr.As(err); e == nil || e.Kind != apperr.Unavailable || e.Reason != "AUTHORIZATION_UNAVAILABLE" {
				t.Errorf("Authorize = %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := f.Authorize(ctx, principal("admin"), ingestEvents); !errors.Is(err, context.Canceled) {
				t.Errorf("given up: %v", err)
			}
		})
	}
}
