package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
)

// testSameThreeWays does the same over gRPC, REST and the command line, where it has a command, and wants equal answers.
func testSameThreeWays(t *testing.T, w *world) {
	vins := map[string]string{"gRPC": w.newVIN(), "REST": w.newVIN(), "CLI": w.newVIN()}
	enrolOverGRPC(t, w, vins["gRPC"])
	enrolOverREST(t, w, vins["REST"])
	enrolByCLI(t, w, vins["CLI"])
	awaitJournaled(t, w.garage, 3*historyLength)
	w.mint(t, "insurer", "100.00")

	passports := map[string]string{}
	for way, vin := range vins {
		t.Run("lookup of a vehicle enrolled by "+way, func(t *testing.T) { passports[way] = sameLookup(t, w, vin) })
	}
	t.Run("list", func(t *testing.T) { sameList(t, w, passports) })
	t.Run("dead letters", func(t *testing.T) { sameDeadLetters(t, w, passports["REST"]) })
	for way, vin := range vins {
		t.Run("events and report of a vehicle enrolled by "+way, func(t *testing.T) { sameHistory(t, w, vin, passports[way]) })
	}
	t.Run("balances", func(t *testing.T) { sameBalances(t, w) })
	t.Run("epochs", func(t *testing.T) { sameEpochs(t, w) })
}

// historyLength is how many events each of the three vehicles gets.
const historyLength = 3

func history(t *testing.T, passport string) []*pb.CloudEvent {
	t.Helper()
	var events []*pb.CloudEvent
	for i := range historyLength {
		events = append(events, reading(t, "garage", passport, fmt.Sprintf("%s-%d", newID(), i), fmt.Sprintf("%d", 1000*(i+1))))
	}
	return events
}

func enrolOverGRPC(t *testing.T, w *world, vin string) {
	t.Helper()
	ctx := t.Context()
	bound, err := w.garage.Vault.BindVehicle(ctx, &vaultv1.BindVehicleRequest{Vin: vin})
	if err != nil {
		t.Fatal(err)
	}
	req := &registryv1.EnrolPassportRequest{RequestId: newID(), Passport: &registryv1.Passport{Vehicle: bound.GetVehicle()}}
	enrolled, err := w.garage.Passports.EnrolPassport(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: history(t, enrolled.GetPassport().GetName())})
	if err != nil || resp.GetAcknowledgement().GetAccepted() != historyLength {
		t.Fatalf("ingest: %v, %v", resp, err)
	}
}

func enrolOverREST(t *testing.T, w *world, vin string) {
	t.Helper()
	bound, passport, ack := &vaultv1.BindVehicleResponse{}, &registryv1.Passport{}, &ingestv1.IngestEventsResponse{}
	if err := w.garage.REST.Call(t.Context(), "POST", "/v1/vehicles:bind", &vaultv1.BindVehicleRequest{Vin: vin}, bound); err != nil {
		t.Fatal(err)
	}
	// The body is the passport itself, so the request's id is a parameter.
	path := "/v1/passports?requestId=" + newID()
	if err := w.garage.REST.Call(t.Context(), "POST", path, &registryv1.Passport{Vehicle: bound.GetVehicle()}, passport); err != nil {
		t.Fatal(err)
	}
	req := &ingestv1.IngestEventsRequest{Events: history(t, passport.GetName())}
	err := w.garage.REST.Call(t.Context(), "POST", "/v1/events:ingest", req, ack)
	if err != nil || ack.GetAcknowledgement().GetAccepted() != historyLength {
		t.Fatalf("ingest: %v, %v", ack, err)
	}
}

func enrolByCLI(t *testing.T, w *world, vin string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "vehicle.jsonl")
	line := fmt.Sprintf(`{"vin":%q,"readings":[`, vin)
	for i := range historyLength {
		line += fmt.Sprintf(`{"time":"202%d-05-06","value":"%d","unit":"km","kind":"odometer"},`, i, 1000*(i+1))
	}
	if err := os.WriteFile(file, []byte(strings.TrimSuffix(line, ",")+"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := w.stack.Run(t, "import", file, "--format", "jsonl", "--profile", "garage-admin")
	if fields := strings.Fields(out); !containsRun(fields, "accepted", fmt.Sprint(historyLength)) {
		t.Errorf("pcc import says: %s", out)
	}
}

// containsRun reports whether the words stand in all one after the other.
func containsRun(all []string, words ...string) bool {
	return strings.Contains(" "+strings.Join(all, " ")+" ", " "+strings.Join(words, " ")+" ")
}

func sameLookup(t *testing.T, w *world, vin string) (passport string) {
	t.Helper()
	ctx := t.Context()
	vehicle, err := w.insurer.Vault.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: vin})
	if err != nil {
		t.Fatal(err)
	}
	restVehicle := &vaultv1.LookupVehicleResponse{}
	if err := w.insurer.REST.Call(ctx, "POST", "/v1/vehicles:lookup", &vaultv1.LookupVehicleRequest{Vin: vin}, restVehicle); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "vehicle", vehicle, restVehicle)
	req := &registryv1.LookupPassportRequest{Vehicle: vehicle.GetVehicle()}
	found, err := w.insurer.Passports.LookupPassport(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	restFound := &registryv1.Passport{}
	if err := w.insurer.REST.Call(ctx, "POST", "/v1/passports:lookup", req, restFound); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "passport by its vehicle", found.GetPassport(), restFound)
	got, err := w.insurer.Passports.GetPassport(ctx, &registryv1.GetPassportRequest{Name: restFound.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "passport by its name", got.GetPassport(), restFound)
	return restFound.GetName()
}

// sameList walks the pages of the member's passports, two a page.
func sameList(t *testing.T, w *world, want map[string]string) {
	var overGRPC, overREST []string
	req := &registryv1.ListPassportsRequest{PageSize: 2}
	for more := true; more; more = req.PageToken != "" {
		page, err := w.garage.Passports.ListPassports(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		rest := &registryv1.ListPassportsResponse{}
		if err := w.garage.REST.Call(t.Context(), "GET", "/v1/passports?pageSize=2&pageToken="+req.GetPageToken(), nil, rest); err != nil {
			t.Fatal(err)
		}
		for _, p := range page.GetPassports() {
			overGRPC = append(overGRPC, p.GetName())
		}
		for _, p := range rest.GetPassports() {
			overREST = append(overREST, p.GetName())
		}
		req.PageToken = page.GetNextPageToken()
	}
	if fmt.Sprint(overGRPC) != fmt.Sprint(overREST) || len(overGRPC) != len(want) {
		t.Errorf("gRPC lists %v, REST %v", overGRPC, overREST)
	}
	for way, passport := range want {
		if !strings.Contains(fmt.Sprint(overREST), passport) {
			t.Errorf("the list lacks the passport enrolled by %s", way)
		}
	}
}

func sameDeadLetters(t *testing.T, w *world, passport string) {
	negative := reading(t, "garage", passport, newID(), "-1")
	if _, err := w.garage.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: []*pb.CloudEvent{negative}}); err != nil {
		t.Fatal(err)
	}
	letters, err := w.garage.Ingest.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	rest := &ingestv1.ListDeadLettersResponse{}
	if err := w.garage.REST.Call(t.Context(), "GET", "/v1/deadLetters", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "dead letters", letters, rest)
	if len(letters.GetDeadLetters()) != 1 || letters.GetDeadLetters()[0].GetRejection().GetReason() != "ODOMETER_NEGATIVE" {
		t.Errorf("dead letters: %v", letters)
	}
}

// sameHistory compares what the sender lists for nothing and what an insurer buys three times.
func sameHistory(t *testing.T, w *world, vin, passport string) {
	ctx := t.Context()
	own, err := w.garage.Ingest.ListEvents(ctx, &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil {
		t.Fatal(err)
	}
	restOwn := &ingestv1.ListEventsResponse{}
	if err := w.garage.REST.Call(ctx, "GET", "/v1/"+passport+"/events", nil, restOwn); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "events", own, restOwn)
	if len(own.GetEvents()) != historyLength {
		t.Errorf("%d events, want %d", len(own.GetEvents()), historyLength)
	}

	grpcReport, err := w.insurer.Reports.ReadReport(ctx, &registryv1.ReadReportRequest{RequestId: newID(), Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	restReport, cliReport := &registryv1.ReadReportResponse{}, &registryv1.ReadReportResponse{}
	if err := w.insurer.REST.Call(ctx, "POST", "/v1/"+passport+":report", &registryv1.ReadReportRequest{RequestId: newID()}, restReport); err != nil {
		t.Fatal(err)
	}
	out := w.stack.RunInput(t, strings.NewReader(vin), "report", "--vin-stdin", "--json", "--profile", "insurer-admin")
	if err := protojson.Unmarshal([]byte(out), cliReport); err != nil {
		t.Fatalf("pcc report: %v\n%s", err, out)
	}
	wantEqual(t, "report over REST", withoutReceipt(grpcReport), withoutReceipt(restReport))
	wantEqual(t, "report by the command line", withoutReceipt(grpcReport), withoutReceipt(cliReport))
	if len(grpcReport.GetEvents()) != historyLength {
		t.Errorf("the report has %d events, want %d", len(grpcReport.GetEvents()), historyLength)
	}
}

// withoutReceipt leaves out what differs from purchase to purchase.
func withoutReceipt(r *registryv1.ReadReportResponse) *registryv1.ReadReportResponse {
	return &registryv1.ReadReportResponse{
		Passport: r.GetPassport(), Events: r.GetEvents(), Transitions: r.GetTransitions(), OwnershipPeriods: r.GetOwnershipPeriods(),
	}
}

func sameBalances(t *testing.T, w *world) {
	for member, c := range map[string]*caller.Caller{"insurer": w.insurer, "garage": w.garage} {
		accounts, err := c.Settlement.ListAccounts(t.Context(), &settlementv1.ListAccountsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		rest := &settlementv1.ListAccountsResponse{}
		if err := c.REST.Call(t.Context(), "GET", "/v1/accounts", nil, rest); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "accounts of "+member, accounts, rest)
		shown := strings.Fields(w.stack.Run(t, "accounts", "--profile", member+"-admin"))
		for _, a := range accounts.GetAccounts() {
			if !containsRun(shown, a.GetName(), a.GetBalance()) {
				t.Errorf("pcc accounts shows %v, want %s with %s", shown, a.GetName(), a.GetBalance())
			}
			sameStatement(t, c, a.GetName())
		}
	}
	wantZeroSum(t, w)
}

func sameStatement(t *testing.T, c *caller.Caller, account string) {
	t.Helper()
	lines, err := c.Settlement.ListStatementLines(t.Context(), &settlementv1.ListStatementLinesRequest{Parent: account})
	if err != nil {
		t.Fatal(err)
	}
	rest := &settlementv1.ListStatementLinesResponse{}
	if err := c.REST.Call(t.Context(), "GET", "/v1/"+account+"/statementLines", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "statement of "+account, lines, rest)
}

// wantZeroSum asks the consortium's auditor.
func wantZeroSum(t *testing.T, w *world) {
	t.Helper()
	balance, err := w.operator.Settlement.GetTrialBalance(t.Context(), &settlementv1.GetTrialBalanceRequest{})
	if err != nil || !balance.GetZeroSum() || balance.GetTotal() != "0.0000" {
		t.Errorf("trial balance: %v, %v", balance, err)
	}
}

func sameEpochs(t *testing.T, w *world) {
	epoch := &anchorv1.Epoch{}
	await.Until(t, settleTime, func(ctx context.Context) string {
		err := w.insurer.REST.Call(ctx, "GET", "/v1/epochs/1", nil, epoch)
		if err == nil && epoch.GetState() == anchorv1.EpochState_EPOCH_STATE_ANCHORED {
			return ""
		}
		return fmt.Sprintf("epochs/1 is %s, %v", epoch.GetState(), err)
	})
	got, err := w.insurer.Anchor.GetEpoch(t.Context(), &anchorv1.GetEpochRequest{Name: "epochs/1"})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "epoch", got.GetEpoch(), epoch)
	if out := w.stack.Run(t, "epochs"); !strings.Contains(out, epoch.GetTransaction().GetId()) {
		t.Errorf("pcc epochs does not show transaction %s:\n%s", epoch.GetTransaction().GetId(), out)
	}
}

func wantEqual(t testing.TB, what string, a, b proto.Message) {
	t.Helper()
	if !proto.Equal(a, b) {
		t.Errorf("%s differ:\n%v\n%v", what, a, b)
	}
}
