package server_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/relations"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

const (
	accessKind  = vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_ACCESS
	erasureKind = vaultv1.SubjectRequestKind_SUBJECT_REQUEST_KIND_ERASURE
	holderScope = vaultv1.SubjectScope_SUBJECT_SCOPE_HOLDER
)

func TestRequestsAreListedByDeadline(t *testing.T) {
	r := start(t)
	holder, desk := r.register(t, r.oem, r.bind(t, testVIN(1))), r.desk("oem", "admin")
	now := time.Now().UTC().Truncate(time.Second)
	for _, ago := range []int{5, 40, 20} {
		_, err := desk.OpenSubjectRequest(t.Context(), &vaultv1.OpenSubjectRequestRequest{
			RequestId: newRequestID(), Kind: accessKind, Holder: holder, ReceiveTime: timestamppb.New(now.AddDate(0, 0, -ago)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	req := &vaultv1.ListSubjectRequestsRequest{PageSize: 2}
	var listed []*vaultv1.SubjectRequest
	for more := true; more; more = req.GetPageToken() != "" {
		page, err := desk.ListSubjectRequests(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		listed, req.PageToken = append(listed, page.GetSubjectRequests()...), page.GetNextPageToken()
	}
	if len(listed) != 3 || !listed[0].GetOverdue() || listed[1].GetOverdue() || listed[1].GetReceiveTime().AsTime().After(listed[2].GetReceiveTime().AsTime()) {
		t.Fatalf("listed %v", listed)
	}
	if n, err := r.desk("garage", "admin").ListSubjectRequests(t.Context(), &vaultv1.ListSubjectRequestsRequest{}); err != nil || len(n.GetSubjectRequests()) != 0 {
		t.Errorf("another member sees %v, %v", n, err)
	}
	r.checkExtension(t, listed)
}

// checkExtension extends the second request, refuses it, and looks for it.
func (r running) checkExtension(t *testing.T, listed []*vaultv1.SubjectRequest) {
	t.Helper()
	desk := r.desk("oem", "admin")
	extend := func(i int) (*vaultv1.ExtendSubjectRequestResponse, error) {
		return desk.ExtendSubjectRequest(t.Context(), &vaultv1.ExtendSubjectRequestRequest{
			Name: listed[i].GetName(), Reason: vaultv1.ExtensionReason_EXTENSION_REASON_COMPLEXITY,
		})
	}
	_, err := extend(0)
	wantReason(t, "a late one", err, "TOO_LATE", "")
	longer, err := extend(1)
	if err != nil || longer.GetSubjectRequest().GetDueTime().AsTime().Before(listed[1].GetDueTime().AsTime().AddDate(0, 0, 58)) {
		t.Errorf("extended to %v, %v", longer, err)
	}
	_, err = extend(1)
	wantReason(t, "twice", err, "ALREADY_EXTENDED", "")
	refusal := &vaultv1.RefuseSubjectRequestRequest{Name: listed[1].GetName(), Reason: vaultv1.RefusalReason_REFUSAL_REASON_NOT_IDENTIFIED}
	if _, err := desk.RefuseSubjectRequest(t.Context(), refusal); err != nil {
		t.Fatal(err)
	}
	_, err = desk.RefuseSubjectRequest(t.Context(), refusal)
	wantReason(t, "refused twice", err, "SUBJECT_REQUEST_ENDED", "")
	got, err := desk.GetSubjectRequest(t.Context(), &vaultv1.GetSubjectRequestRequest{Name: listed[1].GetName()})
	if err != nil || got.GetSubjectRequest().GetRefusalReason() != refusal.GetReason() || got.GetSubjectRequest().GetEndTime() == nil {
		t.Errorf("refused: %v, %v", got, err)
	}
	if n := r.count(t, `SELECT count(*) FROM audit WHERE object = $1`, listed[1].GetName()); n != 3 {
		t.Errorf("%d audit rows of a request that was opened, extended and refused", n)
	}
}

func TestWhoseRequestsADeskTakes(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, testVIN(1))
	former, latest := r.register(t, r.oem, vehicle), r.register(t, r.garage, vehicle)
	open := func(member, principal, holder string, scope vaultv1.SubjectScope) (*vaultv1.OpenSubjectRequestResponse, error) {
		return r.desk(member, principal).OpenSubjectRequest(t.Context(), &vaultv1.OpenSubjectRequestRequest{
			RequestId: newRequestID(), Kind: erasureKind, Holder: holder, Scope: scope,
		})
	}
	_, err := open("oem", "admin", latest, holderScope)
	wantReason(t, "another member's holder", err, "HOLDER_NOT_FOUND", "")
	_, err = open("oem", "admin", former, vaultv1.SubjectScope_SUBJECT_SCOPE_VEHICLE)
	wantReason(t, "a former holder for the vehicle", err, "NOT_LATEST_HOLDER", "")
	_, err = open("oem", "clerk", former, holderScope)
	wantReason(t, "somebody without a role", err, "PERMISSION_DENIED", "")
	r.Relate(relations.Relation{
		Namespace: "Member", Object: r.members["oem"].ID, Name: "data_protection_officers", Subject: r.members["oem"].ID + "/officer",
	})
	opened, err := open("oem", "officer", former, holderScope)
	if err != nil {
		t.Fatal(err)
	}
	name := &vaultv1.EraseSubjectRequest{Name: opened.GetSubjectRequest().GetName()}
	_, err = r.desk("garage", "admin").EraseSubject(t.Context(), name)
	wantReason(t, "another member's request", err, "SUBJECT_REQUEST_NOT_FOUND", "")
	if _, err := r.desk("oem", "officer").EraseSubject(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if n := r.count(t, `SELECT count(*) FROM holder`); n != 1 || r.count(t, `SELECT count(*) FROM vehicle_identity`) != 1 {
		t.Errorf("a former holder's erasure leaves %d holders, and should leave the latest, and the VIN", n)
	}
}

func TestOpenSubjectRequestOncePerRequestID(t *testing.T) {
	r := start(t)
	req := &vaultv1.OpenSubjectRequestRequest{RequestId: newRequestID(), Kind: accessKind, Holder: r.register(t, r.oem, r.bind(t, testVIN(1)))}
	first, err := r.desk("oem", "admin").OpenSubjectRequest(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.desk("oem", "admin").OpenSubjectRequest(t.Context(), req)
	if err != nil || again.GetSubjectRequest().GetName() != first.GetSubjectRequest().GetName() {
		t.Errorf("repeated: %v, %v", again, err)
	}
	_, err = r.desk("oem", "admin").EraseSubject(t.Context(), &vaultv1.EraseSubjectRequest{Name: first.GetSubjectRequest().GetName()})
	wantReason(t, "an erasure of an access request", err, "WRONG_KIND", "")
	req = &vaultv1.OpenSubjectRequestRequest{
		RequestId: newRequestID(), Kind: accessKind, Holder: req.GetHolder(), ReceiveTime: timestamppb.New(time.Now().Add(time.Hour)),
	}
	_, err = r.desk("oem", "admin").OpenSubjectRequest(t.Context(), req)
	wantReason(t, "received in the future", err, "INVALID_FIELD", "receive_time")
}
