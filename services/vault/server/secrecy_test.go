package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// TestNothingPersonalLeaks calls every RPC with planted values, rightly and wrongly, and looks for them in all that the
// vault logged, answered as errors, or stored.
func TestNothingPersonalLeaks(t *testing.T) {
	r := start(t)
	ctx := t.Context()
	vin, badVIN := "0PCPLANTEDVN12345", "0PCPLANTEDVINOQ99"
	var said strings.Builder
	heard := func(_ any, err error) { fmt.Fprintln(&said, err) }

	vehicle := r.bind(t, vin)
	name := r.register(t, r.oem, vehicle)
	heard(r.oem.BindVehicle(ctx, &vaultv1.BindVehicleRequest{Vin: badVIN}))
	heard(r.oem.BindVehicle(ctx, &vaultv1.BindVehicleRequest{Vin: strings.Repeat(vin, 10)}))
	heard(r.oem.BatchBindVehicles(ctx, &vaultv1.BatchBindVehiclesRequest{Vins: []string{vin, badVIN, strings.Repeat(vin, 10)}}))
	heard(r.oem.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: badVIN}))
	heard(r.oem.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: "0PCPLANTEDVN54321"}))
	heard(r.oem.ProveVehicle(ctx, &vaultv1.ProveVehicleRequest{Vin: vin}))
	heard(r.oem.ProveVehicle(ctx, &vaultv1.ProveVehicleRequest{Vin: badVIN}))
	heard(r.oem.ProveVehicle(ctx, &vaultv1.ProveVehicleRequest{Vin: "0PCPLANTEDVN54321"}))
	heard(r.garage.GetHolder(ctx, &vaultv1.GetHolderRequest{Name: name}))
	malformed := person()
	malformed.Email = "plantedmail"
	heard(r.oem.RegisterHolder(ctx, &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle, Identity: malformed}))
	long := person()
	long.FullName = strings.Repeat(long.FullName, 100)
	heard(r.oem.RegisterHolder(ctx, &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle, Identity: long}))
	if _, err := r.db.Exec(ctx, `UPDATE holder SET ciphertext = '\x00'`); err != nil {
		t.Fatal(err)
	}
	heard(r.oem.GetHolder(ctx, &vaultv1.GetHolderRequest{Name: name}))

	found, err := r.oem.LookupVehicle(ctx, &vaultv1.LookupVehicleRequest{Vin: vin})
	if err != nil {
		t.Fatal(err)
	}
	log := r.Log.String()
	if !strings.Contains(log, "GetHolder") || !strings.Contains(said.String(), "VIN_ALPHABET") {
		t.Fatalf("the calls left no trace:\n%s\n%s", log, said.String())
	}
	for where, text := range map[string]string{"log": log, "errors": said.String(), "database": r.dump(t)} {
		for _, secret := range []string{"planted", fmt.Sprintf("%x", "PLANTED"), fmt.Sprintf("%x", "Planted"), fmt.Sprintf("%x", "planted"), fmt.Sprintf("%x", found.GetTag())} {
			if strings.Contains(strings.ToLower(text), secret) {
				t.Errorf("%s shows %q:\n%s", where, secret, text)
			}
		}
	}
}

// dump returns the text form of every row of the vault's schema.
func (r running) dump(t *testing.T) string {
	t.Helper()
	rows, err := r.db.Query(t.Context(), `SELECT tablename::text FROM pg_tables WHERE schemaname = 'vault'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 5 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	var out strings.Builder
	for _, table := range tables {
		name := pgx.Identifier{table}.Sanitize()
		rows, err := r.db.Query(t.Context(), `SELECT t::text FROM `+name+` t`)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, table, lines)
	}
	return out.String()
}
