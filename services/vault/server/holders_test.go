package server_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"google.golang.org/protobuf/proto"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func person() *vaultv1.HolderIdentity {
	return &vaultv1.HolderIdentity{FullName: "Ada Plantedname", Email: "ada.plantedmail@example.org", PostalAddress: "1 rue Plantedstreet"}
}

// register returns the name of a new holder of vehicle.
func (r running) register(t *testing.T, c vaultv1.VaultServiceClient, vehicle string) string {
	t.Helper()
	resp, err := c.RegisterHolder(t.Context(), &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle, Identity: person()})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetName()
}

func TestAHolderExistsOnlyForItsMember(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	name := r.register(t, r.oem, vehicle)
	got, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: name})
	if err != nil || !proto.Equal(got.GetIdentity(), person()) || got.GetVehicle() != vehicle || got.GetName() != name || got.GetCreateTime() == nil {
		t.Errorf("own holder: %v, %v", got, err)
	}
	_, err = r.garage.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: name})
	wantReason(t, "another member", err, "HOLDER_NOT_FOUND", "")
	_, err = r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: "holders/00000000-0000-4000-8000-000000000000"})
	wantReason(t, "no holder", err, "HOLDER_NOT_FOUND", "")
	if n := r.count(t, `SELECT count(*) FROM audit WHERE action = 'vault.GetHolder' AND object = $1`, name); n != 2 {
		t.Errorf("%d audit rows, want one for the member and one for the other", n)
	}
}

func TestRowLevelSecurityHidesOtherMembers(t *testing.T) {
	r := start(t)
	r.register(t, r.oem, r.bind(t, testVIN(1)))
	if _, err := r.db.Exec(t.Context(), `SET ROLE vault_reader`); err != nil {
		t.Fatal(err)
	}
	if n := r.count(t, `SELECT count(*) FROM holder`); n != 0 {
		t.Errorf("without a tenant the reader sees %d rows", n)
	}
	for _, table := range []string{"vehicle", "vehicle_identity", "idempotency", "audit"} {
		if _, err := r.db.Exec(t.Context(), `SELECT FROM `+table); err == nil {
			t.Errorf("the reader may read %s", table)
		}
	}
}

func TestRegisterHolderOncePerRequestID(t *testing.T) {
	r := start(t)
	req := &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: r.bind(t, testVIN(1)), Identity: person()}
	first, err := r.oem.RegisterHolder(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.oem.RegisterHolder(t.Context(), req)
	if err != nil || again.GetName() != first.GetName() {
		t.Errorf("repeated: %v, %v; want %s", again, err, first.GetName())
	}
	r.wantKeyedHash(t, req)
	other := proto.CloneOf(req)
	other.Identity.FullName = "Somebody Else"
	_, err = r.oem.RegisterHolder(t.Context(), other)
	wantReason(t, "other content", err, "REQUEST_ID_REUSED", "request_id")
	if n := r.count(t, `SELECT count(*) FROM holder`); n != 1 {
		t.Errorf("%d holders, want 1", n)
	}
}

// wantKeyedHash checks that the stored hash is none that a guess of the request could be tested with.
func (r running) wantKeyedHash(t *testing.T, req proto.Message) {
	t.Helper()
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	guess := sha256.Sum256(content)
	var stored []byte
	if err := r.db.QueryRow(t.Context(), `SELECT request_hash FROM idempotency`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(stored, guess[:]) || len(stored) != len(guess) {
		t.Errorf("stored hash %x is not keyed", stored)
	}
}

func TestMalformedHolders(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	for _, c := range []struct {
		field string
		req   *vaultv1.RegisterHolderRequest
	}{
		{"vehicle", &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: "vehicles/00000000-0000-4000-8000-000000000000", Identity: person()}},
		{"vehicle", &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: "vehicles/------------------------------------", Identity: person()}},
		{"identity", &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle}},
		{"identity.full_name", &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle, Identity: &vaultv1.HolderIdentity{}}},
		{"identity.email", &vaultv1.RegisterHolderRequest{RequestId: newRequestID(), Vehicle: vehicle, Identity: &vaultv1.HolderIdentity{FullName: "A", Email: "b"}}},
		{"request_id", &vaultv1.RegisterHolderRequest{RequestId: "1", Vehicle: vehicle, Identity: person()}},
	} {
		_, err := r.oem.RegisterHolder(t.Context(), c.req)
		wantReason(t, c.field, err, "INVALID_FIELD", c.field)
	}
	if n := r.count(t, `SELECT count(*) FROM holder`); n != 0 {
		t.Errorf("%d holders are stored", n)
	}
}

func TestACiphertextMovedToAnotherRowDoesNotOpen(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	mine, theirs := r.register(t, r.oem, vehicle), r.register(t, r.garage, vehicle)
	for what, change := range map[string]string{
		"ciphertext of another holder": `UPDATE holder SET ciphertext = (SELECT ciphertext FROM holder WHERE 'holders/' || id = $1) WHERE 'holders/' || id = $2`,
		"member changed":               `UPDATE holder SET member = (SELECT member FROM holder WHERE 'holders/' || id = $2) WHERE 'holders/' || id = $1`,
	} {
		if _, err := r.db.Exec(t.Context(), change, theirs, mine); err != nil {
			t.Fatal(err)
		}
		name := mine
		if what == "member changed" {
			name = theirs
		}
		_, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: name})
		wantReason(t, what, err, "INTERNAL", "")
	}
}
