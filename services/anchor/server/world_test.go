package server_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/app"
	devfabric "github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/fabric/fabrictest"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/migrations"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/anchor/server"
	"github.com/pcc-platform/pcc/verify"
)

// patience bounds every wait of a test.
const patience = 20 * time.Second

// world is the anchor service on real parts, Fabric included. Ingest and settlement are the test's, ingest on a real journal.
type world struct {
	t       *testing.T
	stand   *stand.Stand
	network *fabrictest.Stand
	journal *ingest
	logKey  string

	oem, insurer *stand.Member
	client       anchorv1.AnchorServiceClient // as the insurer's administrator
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, stand: stand.New(t, server.Name), network: fabrictest.New(t, devfabric.Raft1), journal: &ingest{pool: journalPool(t)}}
	w.oem = w.stand.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	w.insurer = w.stand.Member("insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER)
	logs, err := logserver.New(w.journal.pool, logserver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.stand.Fake("ingest", func(s *grpc.Server) {
		ingestv1.RegisterJournalServiceServer(s, w.journal)
		journalv1.RegisterLogServiceServer(s, logs)
	})
	w.stand.Fake("registry", func(s *grpc.Server) { journalv1.RegisterLogServiceServer(s, noStreams{}) })
	w.stand.Fake("settlement", func(s *grpc.Server) {
		settlementv1.RegisterSettlementServiceServer(s, settlement{payer: w.insurer.Name()})
		journalv1.RegisterLogServiceServer(s, noStreams{})
	})
	w.logKey = filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(w.logKey, "test.example/log"); err != nil {
		t.Fatal(err)
	}
	w.network.Up()
	w.stand.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, w.config(), p)
	})
	w.client = anchorv1.NewAnchorServiceClient(w.stand.Dial(w.insurer, "admin"))
	return w
}

func (w *world) config() server.Config {
	org, _ := w.network.Network.Org("oem")
	return server.Config{
		ServiceConfig: w.stand.Config(), EpochInterval: 200 * time.Millisecond, Log: logserver.Config{KeyFile: w.logKey},
		Fabric: fabricgw.Settings{
			Endpoint: org.PeerEndpoint, TLSCAFile: org.PeerTLSRootFile, MSPID: org.MSPID,
			CertificateFile: org.UserCertFile, KeyFile: org.UserKeyFile,
			Channel: w.network.Network.Channel, Chaincode: w.network.Network.Chaincode,
		},
	}
}

// journalPool returns a database with the journal's tables, as ingest has them.
func journalPool(t *testing.T) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("ingest")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Schema(t, "ingest", sources[:2]...) // kit and journal
}

// admit tells the service of a member, as the registry does, and waits for the answer.
func (w *world) admit(m *stand.Member, mspID string) *anchorv1.MemberRegisteredOnLedger {
	w.t.Helper()
	w.publish(&registryv1.MemberAdmitted{Member: &registryv1.Member{
		Name: m.Name(), DisplayName: m.ID, MemberClass: m.Class, MspId: mspID, CaCertificates: string(m.Authority.Certificate()),
	}})
	for {
		got := receive(w, &anchorv1.MemberRegisteredOnLedger{})
		if got.GetMember() == m.Name() {
			return got
		}
	}
}

func (w *world) publish(m proto.Message) {
	w.t.Helper()
	payload, err := proto.Marshal(m)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.stand.Broker.JetStream.Publish(w.t.Context(), messaging.Subject(m), payload, jetstream.WithMsgID(testkit.ID("message")))
	if err != nil {
		w.t.Fatal(err)
	}
}

// receive waits for the next message of a type and decodes it into m.
func receive[M proto.Message](w *world, m M) M {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	consumer, err := w.stand.Broker.JetStream.CreateOrUpdateConsumer(ctx, messaging.BusStream, jetstream.ConsumerConfig{
		Durable: "test-" + string(m.ProtoReflect().Descriptor().Name()), FilterSubject: messaging.Subject(m), AckPolicy: jetstream.AckExplicitPolicy,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	msg, err := consumer.Next(jetstream.FetchContext(ctx))
	if err != nil {
		w.t.Fatalf("no %s: %v\n%s", messaging.Subject(m), err, w.stand.Log)
	}
	if err := msg.DoubleAck(ctx); err != nil {
		w.t.Fatal(err)
	}
	if err := proto.Unmarshal(msg.Data(), m); err != nil {
		w.t.Fatal(err)
	}
	return m
}

// awaitEntries waits until an epoch covers that many journal entries.
func (w *world) awaitEntries(entries int64) *anchorv1.GetAnchorStatusResponse {
	w.t.Helper()
	for {
		receive(w, &anchorv1.EpochAnchored{})
		status, err := w.client.GetAnchorStatus(w.t.Context(), &anchorv1.GetAnchorStatusRequest{})
		if err != nil {
			w.t.Fatal(err)
		}
		if status.GetEntriesAnchored() >= entries {
			return status
		}
	}
}

// trust is a reader's list: the log, and all three organisations, two of which must have endorsed.
func (w *world) trust() verify.Trust {
	w.t.Helper()
	list := verify.Trust{Channel: w.network.Network.Channel, Chaincode: w.network.Network.Chaincode, MinEndorsements: 2}
	log, err := checkpoint.ReadLogKey(w.logKey)
	if err != nil {
		w.t.Fatal(err)
	}
	index, err := log.For("index")
	if err != nil {
		w.t.Fatal(err)
	}
	list.Log = index.VerifierKey()
	for _, org := range w.network.Network.Orgs {
		root, err := os.ReadFile(org.MSPRootFile)
		if err != nil {
			w.t.Fatal(err)
		}
		list.MSPs = append(list.MSPs, verify.MSP{ID: org.MSPID, RootCertificates: []string{string(root)}})
	}
	return list
}

func inTx(t *testing.T, pool *pgxpool.Pool, f func(pgx.Tx) error) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), pool, f); err != nil {
		t.Fatal(err)
	}
}
