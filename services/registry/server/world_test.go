package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/server"
)

// patience bounds the wait for what happens by itself; poll is how often it is looked for.
const (
	patience = 20 * time.Second
	poll     = 20 * time.Millisecond
)

// world is the registry between a broker with accounts and fakes of the services that it calls.
type world struct {
	*stand.Stand
	vault      *vault
	ingest     *ingest
	settlement *settlement
	accounts   *natsaccounts.Authority
	brokerURL  string
	// mqttURL is where devices connect; stopBroker ends the broker.
	mqttURL    string
	stopBroker func()
	config     server.Config
	broker     nats.Config
	// bus is the bus of the platform's services.
	bus jetstream.JetStream
	// operator is the consortium's administrator.
	operator registryv1.MemberServiceClient
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		Stand: stand.New(t, "registry"), vault: &vault{}, ingest: &ingest{}, settlement: newSettlement(),
	}
	w.Fake("vault", w.vault.register)
	w.Fake("ingest", w.ingest.register)
	w.Fake("settlement", w.settlement.register)
	cfg := server.Config{
		ServiceConfig: w.Config(), KetoWriteURL: "http://" + testkit.Keto(t).Write,
		NATSAccountsDir: filepath.Join(w.Dir(), "nats-keys"),
	}
	cfg.NATS = w.startBroker(t, cfg.NATSAccountsDir)
	name := testkit.ID("operator")
	w.Relate(relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "administrators", Subject: "service/" + name})
	w.config = cfg
	w.startRegistry()
	w.operator = registryv1.NewMemberServiceClient(w.DialService(name))
	return w
}

// startRegistry runs one more registry, on the addresses in w.config.
func (w *world) startRegistry() {
	w.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) { return server.New(ctx, w.config, p) })
}

// startBroker runs a broker with accounts and returns how the platform's services reach it.
func (w *world) startBroker(t *testing.T, keys string) app.NATS {
	t.Helper()
	var err error
	w.accounts, err = natsaccounts.Open(keys)
	must(t, err)
	system, err := w.accounts.SystemAccount()
	must(t, err)
	platform, err := w.accounts.Account(natsaccounts.Platform, natsaccounts.PlatformLimits())
	must(t, err)
	credentials, err := w.accounts.Credentials(natsaccounts.Platform, "services", natsaccounts.Permissions{})
	must(t, err)
	files := w.ServiceTLS("nats")
	cfg := nats.Config{
		Dir: filepath.Join(w.Dir(), "nats"), Port: testkit.FreePort(t), OperatorJWT: w.accounts.OperatorJWT(),
		SystemAccount: system.ID, AccountJWTs: []string{system.JWT, platform.JWT},
		MQTT: &nats.MQTT{Port: testkit.FreePort(t), CertificateFile: files.CertificateFile, KeyFile: files.KeyFile},
	}
	w.broker = cfg
	w.runBroker(t)
	w.brokerURL, w.mqttURL = nats.URL(cfg), nats.MQTTURL(*cfg.MQTT)
	conn, err := messaging.Connect(w.brokerURL, "test", credentials)
	must(t, err)
	t.Cleanup(conn.Close)
	await(t, "the broker", conn.IsConnected)
	w.bus, err = jetstream.New(conn)
	must(t, err)
	return app.NATS{URL: w.brokerURL, CredentialsFile: credentials}
}

// runBroker runs the broker with what it has on disk.
func (w *world) runBroker(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- nats.Run(ctx, w.broker, slog.New(slog.DiscardHandler)) }()
	w.stopBroker = sync.OnceFunc(func() {
		cancel()
		must(t, <-ended)
	})
	t.Cleanup(w.stopBroker)
}

// publish says something on the bus as another service would.
func (w *world) publish(t *testing.T, m proto.Message) {
	t.Helper()
	payload, err := proto.Marshal(m)
	must(t, err)
	_, err = w.bus.Publish(t.Context(), messaging.Subject(m), payload, jetstream.WithMsgID(uuid.NewString()))
	must(t, err)
}

// published waits for the next message of m's type since the start of the test and reads it into m.
func (w *world) published(t *testing.T, m proto.Message) {
	t.Helper()
	consumer, err := w.bus.OrderedConsumer(t.Context(), messaging.BusStream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{messaging.Subject(m)},
	})
	must(t, err)
	msg, err := consumer.Next(jetstream.FetchMaxWait(patience))
	must(t, err)
	must(t, proto.Unmarshal(msg.Data(), m))
}

// candidate is a new organisation with an administrator called "admin", as it would be admitted.
func candidate(t *testing.T, prefix string, class registryv1.MemberClass) (*stand.Member, *registryv1.AdmitMemberRequest) {
	t.Helper()
	ca, err := pki.NewAuthority(prefix)
	must(t, err)
	m := &stand.Member{ID: testkit.ID(prefix), Class: class, Authority: ca}
	return m, &registryv1.AdmitMemberRequest{RequestId: uuid.NewString(), Member: &registryv1.Member{
		Name: m.Name(), DisplayName: "The " + prefix, MemberClass: class, MspId: m.ID + "-MSP",
		CaCertificates: string(ca.Certificate()), Administrators: []string{m.ID + "/admin"},
	}}
}

// admit admits an organisation and waits until its administrator may call.
func (w *world) admit(t *testing.T, prefix string, class registryv1.MemberClass) *member {
	t.Helper()
	m, req := candidate(t, prefix, class)
	_, err := w.operator.AdmitMember(t.Context(), req)
	must(t, err)
	conn := w.Dial(m, "admin")
	out := &member{
		Member: m, PassportServiceClient: registryv1.NewPassportServiceClient(conn),
		reports: registryv1.NewReportServiceClient(conn),
	}
	await(t, "the administrator's rights", func() bool {
		_, err := out.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
		return err == nil
	})
	return out
}

// member is an admitted organisation with the clients of its administrator.
type member struct {
	*stand.Member
	registryv1.PassportServiceClient
	reports registryv1.ReportServiceClient
}

// enrol opens the passport of a new vehicle.
func (m *member) enrol(t *testing.T) *registryv1.Passport {
	t.Helper()
	resp, err := m.EnrolPassport(t.Context(), enrolRequest("vehicles/"+uuid.NewString()))
	must(t, err)
	return resp.GetPassport()
}

func enrolRequest(vehicle string) *registryv1.EnrolPassportRequest {
	return &registryv1.EnrolPassportRequest{RequestId: uuid.NewString(), Passport: &registryv1.Passport{
		Vehicle: vehicle, Specification: &registryv1.Specification{Make: "Alpha", Model: "One", FirstDate: "2020-05"},
	}}
}

// account connects as a user of a member's account at the broker.
func (w *world) account(t *testing.T, m *stand.Member) (*natsgo.Conn, error) {
	t.Helper()
	credentials, err := w.accounts.Credentials(m.ID, "car", natsaccounts.Permissions{})
	must(t, err)
	return natsgo.Connect(w.brokerURL, natsgo.UserCredentials(credentials))
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s did not come in %s", what, patience)
		}
	}
}

// wantReason checks the reason, and the field at fault when one is given, of a refused call.
func wantReason(t *testing.T, err error, reason, field string) {
	t.Helper()
	e := apperr.As(err)
	if e == nil || e.Reason != reason || field != "" && e.Field != field {
		t.Errorf("got %v, want %s of %q", err, reason, field)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
