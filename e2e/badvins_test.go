package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// testBadVINs offers malformed VINs, alone in every way and among good ones.
func testBadVINs(t *testing.T, w *world) {
	bad := map[string]string{
		"":                      "VIN_LENGTH",
		vinPrefix + "1234567":   "VIN_LENGTH", // 16 characters
		vinPrefix + "123456789": "VIN_LENGTH", // 18
		vinPrefix + "I2345678":  "VIN_ALPHABET",
		vinPrefix + "O2345678":  "VIN_ALPHABET",
		vinPrefix + "Q2345678":  "VIN_ALPHABET",
		vinPrefix + "-2345678":  "VIN_ALPHABET",
		vinPrefix + "1234 678":  "VIN_ALPHABET",
		vinPrefix + "123456é":   "", // 17 bytes of 16 characters: either reason is right
	}
	for vin, reason := range bad {
		t.Run(fmt.Sprintf("%.20q", vin), func(t *testing.T) { refusedVIN(t, w, vin, reason) })
	}
	t.Run("in a batch", func(t *testing.T) { refusedInBatch(t, w, bad) })
}

func refusedVIN(t *testing.T, w *world, vin, reason string) {
	ctx := t.Context()
	_, bind := w.garage.Vault.BindVehicle(ctx, &vaultv1.BindVehicleRequest{Vin: vin})
	_, lookup := w.garage.Vault.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: vin})
	restBind := w.garage.REST.Call(ctx, "POST", "/v1/vehicles:bind", &vaultv1.BindVehicleRequest{Vin: vin}, nil)
	restLookup := w.garage.REST.Call(ctx, "POST", "/v1/vehicles:lookup", &vaultv1.LookupVehicleRequest{Vin: vin}, nil)
	for call, err := range map[string]error{"bind": bind, "lookup": lookup, "REST bind": restBind, "REST lookup": restLookup} {
		f := caller.FaultOf(err)
		badArgument := f.Code == codes.InvalidArgument || f.Status == 400
		if !badArgument || f.Field != "vin" || !strings.HasPrefix(f.Reason, "VIN_") || reason != "" && f.Reason != reason {
			t.Errorf("%s: %v, want %s of field vin", call, err, reason)
		}
	}
	if vin == "" || reason == "" {
		return // the command line trims, or has nothing to ask for
	}
	_, stderr, err := w.stack.Try(ctx, strings.NewReader(vin), "report", "--vin-stdin")
	if err == nil || !strings.Contains(stderr, reason) || !strings.Contains(stderr, "(field vin)") || strings.Contains(stderr, vin) {
		t.Errorf("pcc report: %v, %s", err, stderr)
	}
}

func refusedInBatch(t *testing.T, w *world, bad map[string]string) {
	var vins []string
	for vin := range bad {
		vins = append(vins, w.newVIN(), vin)
	}
	vins = append(vins, strings.Repeat("7", 1000))
	over := &vaultv1.BatchBindVehiclesResponse{}
	if err := w.garage.REST.Call(t.Context(), "POST", "/v1/vehicles:batchBind", &vaultv1.BatchBindVehiclesRequest{Vins: vins}, over); err != nil {
		t.Fatal(err)
	}
	if len(over.GetResults()) != len(vins) {
		t.Fatalf("%d results for %d VINs", len(over.GetResults()), len(vins))
	}
	for i, result := range over.GetResults() {
		good := i%2 == 0 && i < len(vins)-1
		if good != (result.GetReason() == "") || good != (result.GetVehicle() != "") || good != result.GetCreated() {
			t.Errorf("result %d for %.20q: %v", i, vins[i], result)
		}
		if want := bad[vins[i]]; want != "" && result.GetReason() != want {
			t.Errorf("result %d: %s, want %s", i, result.GetReason(), want)
		}
	}
}
