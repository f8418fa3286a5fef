package server_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestOwnershipTransfer(t *testing.T) {
	w := newWorld(t)
	dealer := w.admit(t, "dealer", registryv1.MemberClass_MEMBER_CLASS_DEALER)
	p := dealer.enrol(t)
	propose := &registryv1.ProposeOwnershipTransferRequest{RequestId: uuid.NewString(), Parent: p.GetName()}
	proposed, err := dealer.ProposeOwnershipTransfer(t.Context(), propose)
	must(t, err)
	again, err := dealer.ProposeOwnershipTransfer(t.Context(), propose)
	must(t, err)
	if proposed.GetAcceptanceCode() == "" || again.GetAcceptanceCode() != "" || !proto.Equal(proposed.GetTransfer(), again.GetTransfer()) {
		t.Error("the code is shown once, the transfer as often as asked")
	}
	if bits := 5 * len(proposed.GetAcceptanceCode()); bits < 80 {
		t.Errorf("the code has %d bits", bits)
	}
	w.wantNowhere(t, proposed.GetAcceptanceCode())
	_, err = dealer.ProposeOwnershipTransfer(t.Context(), &registryv1.ProposeOwnershipTransferRequest{RequestId: uuid.NewString(), Parent: p.GetName()})
	wantReason(t, err, "TRANSFER_PENDING", "")
	accept := &registryv1.AcceptOwnershipTransferRequest{RequestId: uuid.NewString(), Name: proposed.GetTransfer().GetName(), AcceptanceCode: "WRONG"}
	_, err = dealer.AcceptOwnershipTransfer(t.Context(), accept)
	wantReason(t, err, "TRANSFER_CODE_WRONG", "acceptance_code")
	accept.AcceptanceCode = proposed.GetAcceptanceCode()
	for range 2 {
		accepted, err := dealer.AcceptOwnershipTransfer(t.Context(), accept)
		must(t, err)
		if accepted.GetTransfer().GetState() != registryv1.OwnershipTransferState_OWNERSHIP_TRANSFER_STATE_ACCEPTED || accepted.GetTransfer().GetAcceptedBy() != dealer.Name() {
			t.Errorf("accepted %v", accepted)
		}
	}
	w.wantNowhere(t, accept.GetAcceptanceCode())
	periods, err := dealer.ListOwnershipPeriods(t.Context(), &registryv1.ListOwnershipPeriodsRequest{Parent: p.GetName()})
	must(t, err)
	if got := periods.GetPeriods(); len(got) != 2 || got[0].GetEndTime() == nil || got[1].GetNumber() != 2 || got[1].GetEndTime() != nil {
		t.Errorf("periods %v", got)
	}
	w.wantSteward(t, p.GetName(), 2, dealer.Name())
	accept = &registryv1.AcceptOwnershipTransferRequest{RequestId: uuid.NewString(), Name: p.GetName() + "/ownershipTransfers/" + uuid.NewString()}
	_, err = dealer.AcceptOwnershipTransfer(t.Context(), accept)
	wantReason(t, err, "TRANSFER_NOT_FOUND", "")
}

// wantNowhere looks for a secret in everything that the service wrote: every row, as text and within bytes, and the log.
func (w *world) wantNowhere(t *testing.T, secret string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.DatabaseURL)
	must(t, err)
	defer func() { must(t, conn.Close(t.Context())) }()
	rows, err := conn.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'registry'`)
	must(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(tables) < 10 {
		t.Fatalf("only the tables %v", tables)
	}
	for _, table := range tables {
		var found int
		query := `SELECT count(*) FROM ` + pgx.Identifier{"registry", table}.Sanitize() + ` AS r
			WHERE position($1 IN r::text) > 0 OR position($2 IN r::text) > 0`
		must(t, conn.QueryRow(t.Context(), query, secret, hex.EncodeToString([]byte(secret))).Scan(&found))
		if found != 0 {
			t.Errorf("%d rows of %s hold the secret", found, table)
		}
	}
	if strings.Contains(w.Log.String(), secret) {
		t.Error("the log holds the secret")
	}
}

// wantSteward asks as another service who serves the present holder.
func (w *world) wantSteward(t *testing.T, passport string, period int32, steward string) {
	t.Helper()
	registry := registryv1.NewPassportServiceClient(w.DialService("access"))
	o, err := registry.GetOwnership(t.Context(), &registryv1.GetOwnershipRequest{Passport: passport})
	must(t, err)
	if o.GetPeriod() != period || o.GetSteward() != steward || o.GetVehicle() == "" {
		t.Errorf("ownership %v, want period %d of %s", o, period, steward)
	}
	_, err = registry.GetOwnership(t.Context(), &registryv1.GetOwnershipRequest{Passport: "passports/" + uuid.NewString()})
	wantReason(t, err, "PASSPORT_NOT_FOUND", "")
}
