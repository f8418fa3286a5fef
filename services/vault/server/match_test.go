package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// TestMatchingVehicles has more vehicles than one call looks at.
func TestMatchingVehicles(t *testing.T) {
	r := start(t)
	const vehicles = 5200
	for first := 0; first < vehicles; first += 1000 {
		vins := make([]string, min(1000, vehicles-first))
		for i := range vins {
			vins[i] = testVIN(first + i)
		}
		if _, err := r.oem.BatchBindVehicles(t.Context(), &vaultv1.BatchBindVehiclesRequest{Vins: vins}); err != nil {
			t.Fatal(err)
		}
	}
	registry := vaultv1.NewVaultServiceClient(r.DialService("registry"))
	req := &vaultv1.MatchVehiclesRequest{Ranges: []*vaultv1.VinRange{
		{Start: "0PC******ST000010", End: "0PC******ST000012"},
		{Start: "5190", End: "5191", Manufacturers: []string{"0PC"}},
		{Start: "000010", End: "000020", Manufacturers: []string{"VR3"}},
	}}
	var found []string
	calls := 0
	for more := true; more; more = req.GetAfter() != "" {
		began := time.Now()
		resp, err := registry.MatchVehicles(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("call %d took %s", calls+1, time.Since(began))
		found, req.After, calls = append(found, resp.GetVehicles()...), resp.GetNextAfter(), calls+1
	}
	var want []string
	for _, n := range []int{10, 11, 12, 5190, 5191} {
		want = append(want, r.bind(t, testVIN(n)))
	}
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) || calls != 2 {
		t.Errorf("found %v in %d calls, want %v in 2", found, calls, want)
	}
	if n := r.count(t, `SELECT count(*) FROM audit WHERE action = 'vault.MatchVehicles'`); n != calls {
		t.Errorf("%d audit rows", n)
	}
	if strings.Contains(r.Log.String(), "0PC") {
		t.Error("the log has a VIN")
	}
}

func TestWhoMayMatchAndWhat(t *testing.T) {
	r := start(t)
	registry := vaultv1.NewVaultServiceClient(r.DialService("registry"))
	one := func(start, end string) *vaultv1.MatchVehiclesRequest {
		return &vaultv1.MatchVehiclesRequest{Ranges: []*vaultv1.VinRange{{Start: start, End: end}}}
	}
	_, err := r.oem.MatchVehicles(t.Context(), one(testVIN(1), testVIN(2)))
	wantReason(t, "a member", err, "PERMISSION_DENIED", "")
	_, err = registry.MatchVehicles(t.Context(), one("Various", ""))
	wantReason(t, "no range", err, "VIN_RANGE_INVALID", "ranges[0]")
	_, err = registry.MatchVehicles(t.Context(), one("000001", "000009"))
	wantReason(t, "ends of anybody's VINs", err, "VIN_RANGE_INVALID", "ranges[0].manufacturers")
}

// TestComparingVehicles asks for some of the vehicles in several sets at once.
func TestComparingVehicles(t *testing.T) {
	r := start(t)
	registry := vaultv1.NewVaultServiceClient(r.DialService("registry"))
	const unbound = "vehicles/0199e9d4-0000-4000-8000-000000000001"
	req := &vaultv1.CompareVehiclesRequest{
		Vehicles: []string{r.bind(t, testVIN(30)), unbound, r.bind(t, testVIN(10)), r.bind(t, testVIN(11))},
		Sets: []*vaultv1.VinRanges{
			{Ranges: []*vaultv1.VinRange{{Start: "0PC******ST000010", End: "0PC******ST000012"}}},
			{Ranges: []*vaultv1.VinRange{{Start: "000010", End: "000090", Manufacturers: []string{"VR3"}}}},
			{Ranges: []*vaultv1.VinRange{
				{Start: "000011", End: "000011", Manufacturers: []string{"0PC"}}, {Start: "000020", End: "000090", Manufacturers: []string{"0PC"}},
			}},
		},
	}
	r.bind(t, testVIN(12)) // in the first set, and not asked for
	resp, err := registry.CompareVehicles(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]int32{{2, 3}, nil, {0, 3}} {
		if got := resp.GetSets()[i].GetVehicles(); !slices.Equal(got, want) {
			t.Errorf("set %d has %v, want %v", i, got, want)
		}
	}
	if n := r.count(t, `SELECT count(*) FROM audit WHERE action = 'vault.CompareVehicles'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	_, err = r.oem.CompareVehicles(t.Context(), req)
	wantReason(t, "a member", err, "PERMISSION_DENIED", "")
	req.Sets[1].Ranges[0].Start = "Various"
	_, err = registry.CompareVehicles(t.Context(), req)
	wantReason(t, "no range", err, "VIN_RANGE_INVALID", "ranges[0]")
	if strings.Contains(r.Log.String(), "0PC") {
		t.Error("the log has a VIN")
	}
}
