package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault/server"
	"github.com/pcc-platform/pcc/verify/erasure"
)

const (
	erasedVIN = "0PCPLANTEDVN12345"
	keptVIN   = "0PCPLANTEDVN99999"
)

// desk is the desk as a principal of a member sees it.
func (r running) desk(member, principal string) vaultv1.SubjectServiceClient {
	return vaultv1.NewSubjectServiceClient(r.Dial(r.members[member], principal))
}

// open opens a request of a holder at the manufacturer's desk.
func (r running) open(t *testing.T, kind vaultv1.SubjectRequestKind, scope vaultv1.SubjectScope, holder string) *vaultv1.SubjectRequest {
	t.Helper()
	resp, err := r.desk("oem", "admin").OpenSubjectRequest(t.Context(), &vaultv1.OpenSubjectRequestRequest{
		RequestId: newRequestID(), Kind: kind, Scope: scope, Holder: holder,
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetSubjectRequest()
}

func (r running) openErasure(t *testing.T, holder string) *vaultv1.SubjectRequest {
	t.Helper()
	return r.open(t, vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_ERASURE, vaultv1.SubjectScope_SUBJECT_SCOPE_VEHICLE, holder)
}

func (r running) erase(t *testing.T, request *vaultv1.SubjectRequest) *vaultv1.EraseSubjectResponse {
	t.Helper()
	resp, err := r.desk("oem", "admin").EraseSubject(t.Context(), &vaultv1.EraseSubjectRequest{Name: request.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestAnErasureLeavesTheTombstoneAlone(t *testing.T) {
	r := start(t)
	vehicle, kept := r.bind(t, erasedVIN), r.bind(t, keptVIN)
	first, latest, other := r.register(t, r.garage, vehicle), r.register(t, r.oem, vehicle), r.register(t, r.oem, kept)
	done := r.erase(t, r.openErasure(t, latest))
	if state := done.GetSubjectRequest().GetState(); state != vaultv1.SubjectRequestState_SUBJECT_REQUEST_STATE_COMPLETED {
		t.Errorf("state %s", state)
	}
	for client, holder := range map[vaultv1.VaultServiceClient]string{r.garage: first, r.oem: latest} {
		_, err := client.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder})
		wantReason(t, "an erased holder", err, "HOLDER_NOT_FOUND", "")
	}
	again, err := r.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: erasedVIN})
	if err != nil || again.GetVehicle() != vehicle || again.GetCreated() {
		t.Errorf("the VIN comes back as %v, %v", again, err)
	}
	if n := r.count(t, `SELECT count(*) FROM vehicle_identity`); n != 1 {
		t.Errorf("%d identities, want the other vehicle's", n)
	}
	if got, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: other}); err != nil || !proto.Equal(got.GetIdentity(), person()) {
		t.Errorf("the other holder: %v, %v", got, err)
	}
	r.checkCertificate(t, done, vehicle)
	if !slices.Equal(r.stores.asked, []string{erasedVIN}) {
		t.Errorf("ingest was told %q", r.stores.asked)
	}
	if repeated := r.erase(t, done.GetSubjectRequest()); !bytes.Equal(repeated.GetCertificate().GetSigned(), done.GetCertificate().GetSigned()) {
		t.Error("a repeated call makes another certificate")
	}
	for where, text := range map[string]string{"log": r.Log.String(), "database": r.dump(t)} {
		if showsPlanted(text) {
			t.Errorf("the %s shows personal data", where)
		}
	}
}

func (r running) checkCertificate(t *testing.T, done *vaultv1.EraseSubjectResponse, vehicle string) {
	t.Helper()
	key, err := r.keys.PublicCertificateKey()
	if err != nil {
		t.Fatal(err)
	}
	c, err := erasure.Open(done.GetCertificate().GetSigned(), key)
	if err != nil || c.Vehicle != vehicle || c.Request != done.GetSubjectRequest().GetName() || len(c.DestroyedKeys) != 3 {
		t.Errorf("certificate %+v, %v", c, err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	checkSchema(t, "erasure-certificate", payload)
	purged := map[string]int64{}
	for _, r := range c.Receipts {
		purged[r.Store] = r.Purged
	}
	for store, want := range map[string]int64{
		"vault/holder": 2, "vault/vehicle_identity": 1, "vault/key tree": 3, "ingest/dead_letter": 2, "registry/passport": 0,
	} {
		if got, ok := purged[store]; !ok || got != want {
			t.Errorf("%s purged %d (%t), want %d", store, got, ok, want)
		}
	}
}

// TestABackupBringsNothingBack takes a backup before an erasure and brings it up after.
func TestABackupBringsNothingBack(t *testing.T) {
	r := start(t)
	vehicle, kept := r.bind(t, erasedVIN), r.bind(t, keptVIN)
	holder := r.register(t, r.oem, vehicle)
	backup := testkit.Backup(t, r.DatabaseURL)
	r.erase(t, r.openErasure(t, holder))

	url := testkit.Restore(t, backup)
	old := running{db: connect(t, url)} // before a vault runs there, which deletes what it cannot open
	if n := old.count(t, `SELECT count(*) FROM vehicle_identity`) + old.count(t, `SELECT count(*) FROM holder`); n != 3 {
		t.Fatalf("the backup has %d rows, want two VINs and a holder", n)
	}
	restored := restored(t, r, url)
	found, err := vaultv1.NewVaultServiceClient(restored.DialService("registry")).MatchVehicles(t.Context(), &vaultv1.MatchVehiclesRequest{
		Ranges: []*vaultv1.VinRange{{Start: "0PCPLANTEDVN10000", End: "0PCPLANTEDVN99999"}},
	})
	if err != nil || !slices.Equal(found.GetVehicles(), []string{kept}) {
		t.Errorf("of the restored VINs %v open, want those of %s alone; %v", found.GetVehicles(), kept, err)
	}
	if _, err := restored.db.Exec(t.Context(), `UPDATE holder SET member = $1`, restored.members["oem"].ID); err != nil {
		t.Fatal(err)
	}
	_, err = restored.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: holder})
	wantReason(t, "a restored holder", err, "HOLDER_NOT_FOUND", "")
	again, err := restored.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: erasedVIN})
	if err != nil || again.GetVehicle() != vehicle {
		t.Errorf("the VIN is %v, want %s; %v", again, vehicle, err)
	}
}

// restored runs another vault on a restored database, with the key files as they are now.
func restored(t *testing.T, r running, url string) running {
	t.Helper()
	s := stand.New(t, "vault")
	serveStores(s)
	oem := s.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	s.UseDatabase(url)
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{ServiceConfig: s.Config(), Keys: r.keys}, p)
	})
	return running{
		Stand: s, db: connect(t, url), members: map[string]*stand.Member{"oem": oem}, keys: r.keys,
		oem: vaultv1.NewVaultServiceClient(s.Dial(oem, "admin")),
	}
}

func TestAnErasureWaitsForEveryReceipt(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, erasedVIN)
	request := r.openErasure(t, r.register(t, r.oem, vehicle))
	r.stores.setDown(true)
	_, err := r.desk("oem", "admin").EraseSubject(t.Context(), &vaultv1.EraseSubjectRequest{Name: request.GetName()})
	wantReason(t, "a store that is away", err, "STORE_UNAVAILABLE", "")
	if n := r.count(t, `SELECT count(*) FROM vehicle_identity`); n != 1 {
		t.Error("the VIN was deleted without all receipts, and nobody could ask for it any more")
	}
	_, err = r.desk("oem", "admin").RefuseSubjectRequest(t.Context(), &vaultv1.RefuseSubjectRequestRequest{
		Name: request.GetName(), Reason: vaultv1.RefusalReason_REFUSAL_REASON_UNFOUNDED,
	})
	wantReason(t, "an erasure that has begun", err, "ERASURE_UNDER_WAY", "")
	r.stores.setDown(false)
	r.erase(t, request)
}

// TestAnErasureGoesOnAfterACrash has the rows deleted, and the process gone before it destroyed the keys.
func TestAnErasureGoesOnAfterACrash(t *testing.T) {
	r := start(t)
	request := r.openErasure(t, r.register(t, r.oem, r.bind(t, erasedVIN)))
	done := r.erase(t, request)
	id := strings.TrimPrefix(request.GetName(), "subjectRequests/")
	if _, err := r.db.Exec(t.Context(), `UPDATE erasure SET certificate = NULL WHERE request_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.Exec(t.Context(), `UPDATE subject_request SET state = 'under_way', ended_at = NULL WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	again := r.erase(t, request)
	before, after := certified(t, r, done), certified(t, r, again)
	if !slices.Equal(before.DestroyedKeys, after.DestroyedKeys) || len(before.Receipts) != len(after.Receipts) {
		t.Errorf("went on with %+v after %+v", after, before)
	}
}

func certified(t *testing.T, r running, done *vaultv1.EraseSubjectResponse) erasure.Certificate {
	t.Helper()
	key, err := r.keys.PublicCertificateKey()
	if err != nil {
		t.Fatal(err)
	}
	c, err := erasure.Open(done.GetCertificate().GetSigned(), key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// showsPlanted reports whether a text has a planted value, in clear or as the hexadecimal digits of bytes.
func showsPlanted(text string) bool {
	text = strings.ToLower(text)
	for _, value := range []string{"PLANTED", "Planted", "planted"} {
		if strings.Contains(text, strings.ToLower(value)) || strings.Contains(text, fmt.Sprintf("%x", value)) {
			return true
		}
	}
	return false
}
