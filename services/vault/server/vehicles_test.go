package server_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/vintag"
)

func TestOneVINHasOneHandle(t *testing.T) {
	r := start(t)
	first, err := r.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: testVIN(1)})
	if err != nil || !first.GetCreated() {
		t.Fatalf("created %v, %v", first.GetCreated(), err)
	}
	again, err := r.garage.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: " " + strings.ToLower(testVIN(1))})
	if err != nil || again.GetCreated() || again.GetVehicle() != first.GetVehicle() {
		t.Errorf("another member gets %v, %v; want %s", again, err, first.GetVehicle())
	}
	found, err := r.garage.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: testVIN(1)})
	if err != nil || found.GetVehicle() != first.GetVehicle() {
		t.Errorf("lookup: %v, %v", found, err)
	}
	var output []byte
	if err := r.db.QueryRow(t.Context(), `SELECT tag FROM vehicle`).Scan(&output); err != nil {
		t.Fatal(err)
	}
	tag := eventlist.TagOf([64]byte(output))
	for call, got := range map[string][]byte{"bind": first.GetTag(), "bind again": again.GetTag(), "lookup": found.GetTag()} {
		if !bytes.Equal(got, tag[:]) {
			t.Errorf("%s: another tag than that of the VOPRF's output", call)
		}
	}
	if n := r.count(t, `SELECT count(*) FROM audit WHERE object = $1 AND action = 'vault.BindVehicle'`, first.GetVehicle()); n != 1 {
		t.Errorf("%d audit rows, want 1", n)
	}
}

// TestAVehicleIsProven checks the answer as a reader does who has the VIN.
func TestAVehicleIsProven(t *testing.T) {
	r := start(t)
	bound := r.bind(t, testVIN(1))
	proven, err := r.garage.ProveVehicle(t.Context(), &vaultv1.ProveVehicleRequest{Vin: " " + strings.ToLower(testVIN(1))})
	if err != nil || proven.GetVehicle() != bound {
		t.Fatalf("%v, %v; want %s", proven, err, bound)
	}
	shown := verify.TagProof{Blind: proven.GetBlind()}
	for _, p := range proven.GetParts() {
		shown.Parts = append(shown.Parts, verify.TagPart{Index: int(p.GetIndex()), Key: p.GetKey(), Evaluation: p.GetEvaluation(), Proof: p.GetProof()})
	}
	tag, err := vintag.TagOf(testVIN(1), shown, proven.GetTagKey())
	if err != nil || !bytes.Equal(tag[:], proven.GetTag()) {
		t.Errorf("another tag is proven, %v", err)
	}
	for vin, reason := range map[string]string{testVIN(2): "VEHICLE_NOT_FOUND", "0PC": "VIN_LENGTH", "0PC1111111111111O": "VIN_ALPHABET"} {
		if _, err := r.garage.ProveVehicle(t.Context(), &vaultv1.ProveVehicleRequest{Vin: vin}); apperr.ReasonOf(err) != reason {
			t.Errorf("%v, want %s", err, reason)
		}
	}
}

func TestTheHandleOutlivesTheErasureOfItsVIN(t *testing.T) {
	r := start(t)
	before := r.bind(t, testVIN(1))
	if _, err := r.db.Exec(t.Context(), `DELETE FROM vehicle_identity`); err != nil {
		t.Fatal(err)
	}
	if after := r.bind(t, testVIN(1)); after != before {
		t.Errorf("handle %s became %s", before, after)
	}
	if n := r.count(t, `SELECT count(*) FROM vehicle_identity`); n != 0 {
		t.Error("the erased VIN is stored again")
	}
}

func TestMalformedVINs(t *testing.T) {
	r := start(t)
	for vin, reason := range map[string]string{"": "VIN_LENGTH", testVIN(1) + "1": "VIN_LENGTH", "I" + testVIN(1)[1:]: "VIN_ALPHABET"} {
		_, err := r.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: vin})
		wantReason(t, "bind", err, reason, "vin")
		_, err = r.oem.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: vin})
		wantReason(t, "lookup", err, reason, "vin")
	}
	_, err := r.oem.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: testVIN(1)})
	wantReason(t, "lookup of an unbound VIN", err, "VEHICLE_NOT_FOUND", "")
}

func TestABatchRefusesOnlyWhatIsMalformed(t *testing.T) {
	r := start(t)
	known := r.bind(t, testVIN(1))
	resp, err := r.oem.BatchBindVehicles(t.Context(), &vaultv1.BatchBindVehiclesRequest{
		Vins: []string{testVIN(2), strings.Repeat("1", 1000), testVIN(1), testVIN(2), "Q" + testVIN(3)[1:], testVIN(3)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := resp.GetResults()
	if len(got) != 6 {
		t.Fatalf("%d results", len(got))
	}
	if got[1].GetReason() != "VIN_LENGTH" || got[4].GetReason() != "VIN_ALPHABET" || got[1].GetVehicle()+got[4].GetVehicle() != "" {
		t.Errorf("malformed: %v, %v", got[1], got[4])
	}
	if got[2].GetVehicle() != known || got[2].GetCreated() {
		t.Errorf("known: %v", got[2])
	}
	if !got[0].GetCreated() || got[3].GetCreated() || got[0].GetVehicle() != got[3].GetVehicle() {
		t.Errorf("repeated: %v, %v", got[0], got[3])
	}
	if len(got[0].GetTag()) != eventlist.TagBytes || !bytes.Equal(got[0].GetTag(), got[3].GetTag()) || bytes.Equal(got[0].GetTag(), got[2].GetTag()) || len(got[1].GetTag()) != 0 {
		t.Error("equal VINs have equal tags, different ones different tags, malformed ones none")
	}
	if !got[5].GetCreated() || got[5].GetVehicle() != r.bind(t, testVIN(3)) {
		t.Errorf("new: %v", got[5])
	}
}

func TestBatchesOfAThousandAtOnce(t *testing.T) {
	r := start(t)
	vins := make([]string, 1000)
	for i := range vins {
		vins[i] = testVIN(i)
	}
	backwards := slices.Clone(vins)
	slices.Reverse(backwards)
	var group sync.WaitGroup
	handles := make([][]string, 2)
	for i, batch := range [][]string{vins, backwards} {
		group.Go(func() {
			began := time.Now()
			resp, err := r.oem.BatchBindVehicles(t.Context(), &vaultv1.BatchBindVehiclesRequest{Vins: batch})
			if err != nil {
				t.Error(err)
			}
			t.Logf("1000 VINs bound in %s, two batches at once", time.Since(began))
			for _, b := range resp.GetResults() {
				handles[i] = append(handles[i], b.GetVehicle())
			}
		})
	}
	group.Wait()
	slices.Reverse(handles[1])
	if !slices.Equal(handles[0], handles[1]) {
		t.Error("two batches of the same VINs got different handles")
	}
	if n := r.count(t, `SELECT count(*) FROM vehicle JOIN vehicle_identity ON id = vehicle_id`); n != 1000 {
		t.Errorf("%d vehicles, want 1000", n)
	}
}

func TestOnlyServicesResolveHandles(t *testing.T) {
	r := start(t)
	bound := r.bind(t, testVIN(1))
	found, err := r.oem.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: testVIN(1)})
	if err != nil {
		t.Fatal(err)
	}
	req := &vaultv1.ResolveVehiclesRequest{Vehicles: []string{"vehicles/00000000-0000-4000-8000-000000000000", bound, "vehicles/none"}}
	registry := vaultv1.NewVaultServiceClient(r.DialService("registry"))
	resp, err := registry.ResolveVehicles(t.Context(), req)
	if err != nil || !slices.Equal(resp.GetVehicles(), []string{bound}) {
		t.Errorf("resolved %v, %v; want %s", resp.GetVehicles(), err, bound)
	}
	if len(resp.GetTags()) != 1 || !bytes.Equal(resp.GetTags()[0], found.GetTag()) {
		t.Error("resolved with another tag")
	}
	_, err = r.oem.ResolveVehicles(t.Context(), req)
	wantReason(t, "a member", err, "PERMISSION_DENIED", "")
	_, err = vaultv1.NewVaultServiceClient(r.DialAnonymous()).ResolveVehicles(t.Context(), req)
	wantReason(t, "nobody", err, "CREDENTIALS_MISSING", "")
}
