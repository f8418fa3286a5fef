package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc/codes"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// A holder whose name and address are searched for in every file later on.
const (
	holderName    = "Zerbinetta Leporello-Testfall"
	holderAddress = "Unter den Prüflinden 77"
)

// belongings are things of one member that others must not see.
type belongings struct {
	passport, vehicle, holder, letter, read string
}

// testTenants lets the garage and the insurer own something of each kind and the others reach for it.
func testTenants(t *testing.T, w *world) {
	b := own(t, w)
	ctx := t.Context()

	_, replay := w.insurer.Ingest.ReplayDeadLetter(ctx, &ingestv1.ReplayDeadLetterRequest{Name: b.letter})
	_, holder := w.insurer.Vault.GetHolder(ctx, &vaultv1.GetHolderRequest{Name: b.holder})
	statement := &settlementv1.ListStatementLinesRequest{Parent: "accounts/member:insurer:available"}
	_, lines := w.garage.Settlement.ListStatementLines(ctx, statement)
	_, read := w.garage.Settlement.GetRead(ctx, &settlementv1.GetReadRequest{Name: b.read})
	_, proof := w.garage.Anchor.ExportProof(ctx, &anchorv1.ExportProofRequest{Passport: b.passport, Read: b.read})
	rest := w.garage.REST
	for _, c := range []struct {
		what     string
		overGRPC error
		overREST error
		reason   string
	}{
		{"a dead letter", replay, w.insurer.REST.Call(ctx, "POST", "/v1/"+b.letter+":replay", &ingestv1.ReplayDeadLetterRequest{}, nil), "DEAD_LETTER_NOT_FOUND"},
		{"a holder", holder, w.insurer.REST.Call(ctx, "GET", "/v1/"+b.holder, nil, nil), "HOLDER_NOT_FOUND"},
		{"a statement", lines, rest.Call(ctx, "GET", "/v1/"+statement.GetParent()+"/statementLines", nil, nil), "ACCOUNT_NOT_FOUND"},
		{"a read", read, rest.Call(ctx, "GET", "/v1/"+b.read, nil, nil), "READ_NOT_FOUND"},
		{"a proof", proof, rest.Call(ctx, "POST", "/v1/"+b.passport+":proof", &anchorv1.ExportProofRequest{Read: b.read}, nil), "READ_NOT_FOUND"},
	} {
		if f := caller.FaultOf(c.overGRPC); f.Code != codes.NotFound || f.Reason != c.reason {
			t.Errorf("%s: %v, want NotFound %s", c.what, c.overGRPC, c.reason)
		}
		if f := caller.FaultOf(c.overREST); f.Status != http.StatusNotFound || f.Reason != c.reason {
			t.Errorf("%s over REST: %v, want 404 %s", c.what, c.overREST, c.reason)
		}
	}
	listsAreOwn(t, w, b)
}

// listsAreOwn looks into every list for what is not the caller's.
func listsAreOwn(t *testing.T, w *world, b belongings) {
	ctx := t.Context()
	events, err := w.insurer.Ingest.ListEvents(ctx, &ingestv1.ListEventsRequest{Parent: b.passport})
	if err != nil || len(events.GetEvents()) != 0 {
		t.Errorf("the insurer lists events of the garage: %v, %v", events, err)
	}
	letters, err := w.insurer.Ingest.ListDeadLetters(ctx, &ingestv1.ListDeadLettersRequest{})
	if err != nil || len(letters.GetDeadLetters()) != 0 {
		t.Errorf("the insurer lists dead letters of the garage: %v, %v", letters, err)
	}
	passports, err := w.insurer.Passports.ListPassports(ctx, &registryv1.ListPassportsRequest{})
	if err != nil || len(passports.GetPassports()) != 0 {
		t.Errorf("the insurer lists passports that others enrolled: %v, %v", passports, err)
	}
	accounts, err := w.garage.Settlement.ListAccounts(ctx, &settlementv1.ListAccountsRequest{})
	if err != nil || len(accounts.GetAccounts()) == 0 {
		t.Errorf("accounts: %v, %v", accounts, err)
	}
	for _, a := range accounts.GetAccounts() {
		if !strings.HasPrefix(a.GetName(), "accounts/member:garage:") {
			t.Errorf("the garage sees the account %s", a.GetName())
		}
	}
}

// own makes a dead letter and a holder of the garage and a paid read of the insurer.
func own(t *testing.T, w *world) (b belongings) {
	t.Helper()
	ctx := t.Context()
	b.passport = w.newPassport(t, w.garage)
	events := []*pb.CloudEvent{reading(t, "garage", b.passport, newID(), "17"), reading(t, "garage", b.passport, newID(), "-17")}
	before := journaled(t, w.garage)
	if _, err := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: events}); err != nil {
		t.Fatal(err)
	}
	awaitJournaled(t, w.garage, before+1)
	letters, err := w.garage.Ingest.ListDeadLetters(ctx, &ingestv1.ListDeadLettersRequest{PageSize: 1})
	if err != nil || len(letters.GetDeadLetters()) != 1 {
		t.Fatalf("dead letters: %v, %v", letters, err)
	}
	b.letter = letters.GetDeadLetters()[0].GetName()
	passport, err := w.garage.Passports.GetPassport(ctx, &registryv1.GetPassportRequest{Name: b.passport})
	if err != nil {
		t.Fatal(err)
	}
	b.vehicle = passport.GetPassport().GetVehicle()
	b.holder = registerHolder(t, w, b.vehicle)
	report, err := w.insurer.Reports.ReadReport(ctx, &registryv1.ReadReportRequest{RequestId: newID(), Passport: b.passport})
	if err != nil || len(report.GetEvents()) != 1 {
		t.Fatalf("report: %v, %v", report, err)
	}
	b.read = report.GetReceipt().GetName()
	return b
}

func registerHolder(t *testing.T, w *world, vehicle string) string {
	t.Helper()
	identity := &vaultv1.HolderIdentity{FullName: holderName, PostalAddress: holderAddress}
	holder := &vaultv1.RegisterHolderResponse{}
	err := w.garage.REST.Call(t.Context(), "POST", "/v1/holders", &vaultv1.RegisterHolderRequest{
		RequestId: newID(), Vehicle: vehicle, Identity: identity,
	}, holder)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := w.garage.Vault.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "holder", mine.GetIdentity(), identity)
	return holder.GetName()
}
