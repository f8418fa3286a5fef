package e2e_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/pki"
	"github.com/pcc-platform/pcc/e2e/internal/stack"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// vinPrefix begins every VIN of these tests, so that one search finds any of them.
const vinPrefix = "ZZE2ETEST"

// settleTime bounds the wait for what the platform does after it has answered: journal, anchor, recognise members.
const settleTime = 30 * time.Second

// redeliveryTime bounds the wait for what a killed process had taken from the queue: it comes again when its acknowledgement
// is overdue, after 15 seconds.
const redeliveryTime = 45 * time.Second

// world is a running platform with three members and their administrators.
type world struct {
	stack    *stack.Stack
	info     stack.Info
	platform caller.Platform

	operator             *caller.Caller
	oem, insurer, garage *caller.Caller

	vehicles atomic.Int64
	secrets  []string
}

// newWorld admits the members by the command line, the maker first: its identity submits to the ledger.
func newWorld(t *testing.T, s *stack.Stack) *world {
	t.Helper()
	w := &world{stack: s, info: s.Info(t)}
	w.platform = caller.Platform{Gateway: w.info.Gateway, Services: w.info.Services, CAFile: s.Path("pki", "ca.crt")}
	for _, m := range []struct{ id, class, msp string }{
		{"oem", "maker", "OemMSP"}, {"insurer", "insurer", "InsurerMSP"}, {"garage", "garage", "GarageMSP"},
	} {
		out := s.Run(t, "member", "admit", m.id, "--class", m.class, "--msp", m.msp, "--display-name", "Test "+m.id,
			"--ca", s.Path("pki", "members", m.id, "ca.crt"), "--administrator", m.id+"/admin")
		if !strings.Contains(out, "MEMBER_STATE_ACTIVE") {
			t.Fatalf("admission of %s: %s", m.id, out)
		}
	}
	w.operator = w.as(t, s.Path("pki", "operator"))
	w.oem = w.as(t, s.Path("pki", "members", "oem", "admin"))
	w.insurer = w.as(t, s.Path("pki", "members", "insurer", "admin"))
	w.garage = w.as(t, s.Path("pki", "members", "garage", "admin"))
	for name, c := range map[string]*caller.Caller{"oem": w.oem, "insurer": w.insurer, "garage": w.garage} {
		await.Until(t, settleTime, func(ctx context.Context) string { return recognised(ctx, name, c) })
	}
	return w
}

// as connects with the certificate in "<file>.crt" and "<file>.key".
func (w *world) as(t testing.TB, file string) *caller.Caller {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(file+".crt", file+".key")
	if err != nil {
		t.Fatal(err)
	}
	return caller.New(t, w.platform, caller.Credentials{Certificate: &pair})
}

// authority is the certificate authority of a member.
func (w *world) authority(t testing.TB, member string) *pki.Authority {
	t.Helper()
	return pki.Load(t, w.stack.Path("pki", "members", member, "ca.crt"), w.stack.Path("pki", "members", member, "ca.key"))
}

// recognised asks every service and the gateway whether they know a member's administrator by now.
func recognised(ctx context.Context, name string, c *caller.Caller) (missing string) {
	_, registry := c.Passports.ListPassports(ctx, &registryv1.ListPassportsRequest{PageSize: 1})
	_, vault := c.Vault.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: "ZZZZZZZZZZZZZZZZZ"})
	_, ingest := c.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
	_, settlement := c.Settlement.ListAccounts(ctx, &settlementv1.ListAccountsRequest{})
	_, prices := c.Settlement.ListPrices(ctx, &settlementv1.ListPricesRequest{})
	gateway := c.REST.Call(ctx, "GET", "/v1/epochs", nil, nil)
	if caller.FaultOf(vault).Reason == "VEHICLE_NOT_FOUND" {
		vault = nil
	}
	for part, err := range map[string]error{
		"registry": registry, "vault": vault, "ingest": ingest, "settlement": settlement, "prices": prices, "gateway": gateway,
	} {
		if err != nil {
			missing += fmt.Sprintf("%s does not know %s: %v; ", part, name, err)
		}
	}
	return missing
}

// newVIN makes a well-formed VIN that was not used before.
func (w *world) newVIN() string { return vin(w.vehicles.Add(1)) }

// vin is the VIN of a vehicle of these tests, by its number from 1.
func vin(number int64) string { return fmt.Sprintf("%s%08d", vinPrefix, number) }

// newPassport enrols a new vehicle.
func (w *world) newPassport(t *testing.T, as *caller.Caller) string {
	t.Helper()
	bound, err := as.Vault.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: w.newVIN()})
	if err != nil {
		t.Fatal(err)
	}
	enrolled, err := as.Passports.EnrolPassport(t.Context(), &registryv1.EnrolPassportRequest{
		RequestId: newID(), Passport: &registryv1.Passport{Vehicle: bound.GetVehicle()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return enrolled.GetPassport().GetName()
}

// newID makes a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// reading is an event that nothing is wrong with: a mileage in kilometres, read yesterday.
func reading(t testing.TB, member, passport, id, kilometres string) *pb.CloudEvent {
	t.Helper()
	e, err := event.New(id, "/members/"+member+"/e2e", passport, time.Now().Add(-24*time.Hour).Truncate(time.Second),
		&eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
			RawValue: kilometres, RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE, Provenance: eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM,
		}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// awaitJournaled waits until exactly total events of the caller's member are in the journal and none is on its way.
func awaitJournaled(t *testing.T, c *caller.Caller, total int64) {
	t.Helper()
	await.Until(t, redeliveryTime, func(ctx context.Context) string {
		status, err := c.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err == nil && status.GetPendingBatches() == 0 && status.GetJournaled() == total {
			return ""
		}
		return fmt.Sprintf("want %d journaled, have %v, %v", total, status, err)
	})
}

// journaled is how many events of the caller's member are in the journal.
func journaled(t *testing.T, c *caller.Caller) int64 {
	t.Helper()
	status, err := c.Ingest.GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return status.GetJournaled()
}

// mint fills a member's account by the command line.
func (w *world) mint(t *testing.T, member, amount string) {
	t.Helper()
	w.stack.Run(t, "receipt", member, "--amount", amount, "--bank-reference", "E2E-"+newID())
}
