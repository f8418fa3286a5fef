package server_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/testkit"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

const vehicleScope = vaultv1.SubjectScope_SUBJECT_SCOPE_VEHICLE

func TestAnExportShowsAllThatIsHeld(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, erasedVIN)
	holder := r.register(t, r.oem, vehicle)
	if _, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder}); err != nil {
		t.Fatal(err)
	}
	request := r.open(t, accessKind, holderScope, holder)
	found, err := r.oem.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: erasedVIN})
	if err != nil {
		t.Fatal(err)
	}
	proofOf := func(tag []byte) []byte {
		document, err := json.Marshal(map[string]any{"tag": tag, "events": 7})
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
	export := func(proof []byte) (*vaultv1.ExportSubjectResponse, error) {
		return r.desk("oem", "admin").ExportSubject(t.Context(), &vaultv1.ExportSubjectRequest{Name: request.GetName(), ProofDocument: proof})
	}
	for _, other := range [][]byte{proofOf(bytes.Repeat([]byte{1}, 32)), []byte("{}"), []byte("no JSON")} {
		_, err = export(other)
		wantReason(t, "a proof of another vehicle", err, "PROOF_OF_ANOTHER_VEHICLE", "proof_document")
	}
	got, err := export(proofOf(found.GetTag()))
	if err != nil {
		t.Fatal(err)
	}
	checkSchema(t, "subject-export", got.GetDocument())
	var shown struct {
		Holder struct {
			Name          string
			FullName      string `json:"full_name"`
			PostalAddress string `json:"postal_address"`
		}
		Vehicle  struct{ Name, Vin string }
		Requests []struct{ Name, Kind string }
		Accesses []struct{ By, Action string }
		Proof    struct{ Events int }
	}
	if err := json.Unmarshal(got.GetDocument(), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Holder.FullName != person().GetFullName() || shown.Holder.PostalAddress != person().GetPostalAddress() || shown.Vehicle.Vin != erasedVIN ||
		shown.Vehicle.Name != vehicle || len(shown.Requests) != 1 || shown.Proof.Events != 7 {
		t.Errorf("the document shows %+v", shown)
	}
	if len(shown.Accesses) != 2 || shown.Accesses[0].Action != "vault.GetHolder" || shown.Accesses[1].By != r.members["oem"].ID+"/admin" {
		t.Errorf("accesses %+v, want the registration and a reading", shown.Accesses)
	}
	if !bytes.HasPrefix(got.GetPdf(), []byte("%PDF-")) || got.GetSubjectRequest().GetEndTime() == nil {
		t.Errorf("a PDF of %d bytes, request %v", len(got.GetPdf()), got.GetSubjectRequest())
	}
	if _, err := export(nil); err != nil {
		t.Errorf("exported again: %v", err)
	}
	for where, text := range map[string]string{"log": r.Log.String(), "database": r.dump(t)} {
		if showsPlanted(text) {
			t.Errorf("the %s shows personal data", where)
		}
	}
}

// checkSchema validates a document against its schema in docs.
func checkSchema(t *testing.T, name string, document []byte) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
}

// TestARectifiedIdentityIsInNoBackup looks for the wrong one in a backup that was taken before.
func TestARectifiedIdentityIsInNoBackup(t *testing.T) {
	r := start(t)
	holder := r.register(t, r.oem, r.bind(t, testVIN(1)))
	backup := testkit.Backup(t, r.DatabaseURL)
	request := r.open(t, vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_RECTIFICATION, holderScope, holder)
	right := &vaultv1.HolderIdentity{FullName: "Ada Plantedright"}
	rectify := func(identity *vaultv1.HolderIdentity) error {
		_, err := r.desk("oem", "admin").RectifySubject(t.Context(), &vaultv1.RectifySubjectRequest{Name: request.GetName(), Identity: identity})
		return err
	}
	wantReason(t, "nothing to rectify", rectify(nil), "INVALID_FIELD", "identity")
	if err := rectify(right); err != nil {
		t.Fatal(err)
	}
	wantReason(t, "rectified twice", rectify(right), "SUBJECT_REQUEST_ENDED", "")
	got, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder})
	if err != nil || !proto.Equal(got.GetIdentity(), right) {
		t.Errorf("the holder is %v, %v", got, err)
	}
	if n := r.count(t, `SELECT count(*) FROM doomed_key`); n != 0 {
		t.Errorf("%d keys are still to be destroyed", n)
	}
	restored := restored(t, r, testkit.Restore(t, backup))
	if _, err := restored.db.Exec(t.Context(), `UPDATE holder SET member = $1`, restored.members["oem"].ID); err != nil {
		t.Fatal(err)
	}
	_, err = restored.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder})
	wantReason(t, "the wrong identity", err, "HOLDER_NOT_FOUND", "")
}

func TestRestrictedDataAreStoredAndNotProcessed(t *testing.T) {
	r := start(t)
	vehicle, other := r.bind(t, erasedVIN), r.bind(t, keptVIN)
	holder, otherHolder := r.register(t, r.oem, vehicle), r.register(t, r.oem, other)
	for _, kind := range []vaultv1.SubjectRequestKind{
		vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_RESTRICTION, vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_OBJECTION,
	} {
		for scope, vehicleToo := range map[vaultv1.SubjectScope]bool{holderScope: false, vehicleScope: true} {
			name := r.open(t, kind, scope, holder).GetName()
			if _, err := r.desk("oem", "admin").RestrictSubject(t.Context(), &vaultv1.RestrictSubjectRequest{Name: name}); err != nil {
				t.Fatal(err)
			}
			r.checkRestricted(t, holder, vehicleToo)
			if _, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: otherHolder}); err != nil {
				t.Errorf("another vehicle's holder: %v", err)
			}
			for range 2 {
				if _, err := r.desk("oem", "admin").LiftRestriction(t.Context(), &vaultv1.LiftRestrictionRequest{Name: name}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder}); err != nil {
				t.Errorf("after the restriction: %v", err)
			}
		}
	}
}

// checkRestricted calls what processes the planted VIN or its holder.
func (r running) checkRestricted(t *testing.T, holder string, vehicleToo bool) {
	t.Helper()
	_, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder})
	wantReason(t, "reading the holder", err, "PROCESSING_RESTRICTED", "")
	_, lookup := r.oem.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: erasedVIN})
	_, prove := r.oem.ProveVehicle(t.Context(), &vaultv1.ProveVehicleRequest{Vin: erasedVIN})
	for what, err := range map[string]error{"finding the vehicle": lookup, "proving it": prove} {
		if vehicleToo {
			wantReason(t, what, err, "PROCESSING_RESTRICTED", "")
		} else if err != nil {
			t.Errorf("%s under a restriction of the holder alone: %v", what, err)
		}
	}
	if _, err := r.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: erasedVIN}); err != nil {
		t.Errorf("storing under a restriction: %v", err)
	}
}
