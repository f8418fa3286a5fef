package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

// messagePatience bounds the wait for a message of the service.
const messagePatience = 20 * time.Second

// fixture is the service with two members: an insurer that pays and a garage that contributes.
type fixture struct {
	*stand.Stand
	insurer, garage *stand.Member
	// registry is the client of the service that sells reads, treasurer that of the consortium's bookkeeper.
	registry, treasurer settlementv1.SettlementServiceClient
}

func start(t *testing.T) *fixture {
	t.Helper()
	return startWith(t, func(*server.Config) {})
}

func startWith(t *testing.T, configure func(*server.Config)) *fixture {
	t.Helper()
	s := stand.New(t, server.Name)
	f := &fixture{
		Stand:   s,
		insurer: s.Member("insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER),
		garage:  s.Member("garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE),
	}
	treasurer := f.insurer.ID + "/treasurer"
	s.Relate(
		relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "treasurers", Subject: treasurer},
		relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "auditors", Subject: treasurer},
		relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "administrators", Subject: f.insurer.ID + "/operator"},
	)
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		cfg := server.Config{ServiceConfig: s.Config()}
		configure(&cfg)
		return server.New(ctx, cfg, p)
	})
	f.registry = client(s.DialService("registry"))
	f.treasurer = client(s.Dial(f.insurer, "treasurer"))
	f.admit(t, f.insurer)
	f.admit(t, f.garage)
	return f
}

func client(conn *grpc.ClientConn) settlementv1.SettlementServiceClient {
	return settlementv1.NewSettlementServiceClient(conn)
}

// as is the client of a member's administrator.
func (f *fixture) as(m *stand.Member) settlementv1.SettlementServiceClient {
	return client(f.Dial(m, "admin"))
}

// admit says on the bus that m was admitted and waits until the service says that its accounts are open.
func (f *fixture) admit(t *testing.T, m *stand.Member) {
	t.Helper()
	opened, err := f.Broker.Conn.SubscribeSync(messaging.Subject(&settlementv1.MemberAccountsOpened{}))
	must(t, err)
	payload, err := proto.Marshal(&registryv1.MemberAdmitted{Member: &registryv1.Member{Name: m.Name()}})
	must(t, err)
	subject := messaging.Subject(&registryv1.MemberAdmitted{})
	_, err = f.Broker.JetStream.Publish(t.Context(), subject, payload, jetstream.WithMsgID(uuid.NewString()))
	must(t, err)
	msg, err := opened.NextMsg(messagePatience)
	must(t, err)
	var event settlementv1.MemberAccountsOpened
	must(t, proto.Unmarshal(msg.Data, &event))
	if event.GetMember() != m.Name() {
		t.Fatalf("accounts of %s were opened, want %s", event.GetMember(), m.Name())
	}
	must(t, opened.Unsubscribe())
}

// fund mints an amount for m.
func (f *fixture) fund(t *testing.T, m *stand.Member, amount string) *settlementv1.RecordReceiptResponse {
	t.Helper()
	resp, err := f.treasurer.RecordReceipt(t.Context(), &settlementv1.RecordReceiptRequest{
		RequestId: uuid.NewString(), Member: m.Name(), Amount: amount, BankReference: uuid.NewString(),
	})
	must(t, err)
	return resp
}

func (f *fixture) holdRequest(m *stand.Member) *settlementv1.HoldReadRequest {
	return &settlementv1.HoldReadRequest{
		RequestId: uuid.NewString(), Payer: m.Name(), Product: "passport-report", Passport: "passports/" + uuid.NewString(),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantReason(t *testing.T, what string, err error, reason string) {
	t.Helper()
	if got := apperr.ReasonOf(err); got != reason {
		t.Errorf("%s: reason %q, want %q: %v", what, got, reason, err)
	}
}
