package server_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func TestAdmissionCompletesStepByStep(t *testing.T) {
	w := newWorld(t)
	m, req := candidate(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	if conn, err := w.account(t, m); err == nil {
		conn.Close()
		t.Fatal("the broker knows the member before its admission")
	}
	admitted, err := w.operator.AdmitMember(t.Context(), req)
	must(t, err)
	if got := admitted.GetMember(); got.GetState() != registryv1.MemberState_MEMBER_STATE_ADMITTING ||
		!slices.Equal(got.GetCompletedSteps(), []registryv1.AdmissionStep{registryv1.AdmissionStep_ADMISSION_STEP_DIRECTORY}) {
		t.Errorf("just admitted: %v", got)
	}
	var announced registryv1.MemberAdmitted
	w.published(t, &announced)
	if !proto.Equal(announced.GetMember(), admitted.GetMember()) {
		t.Errorf("announced %v, answered %v", announced.GetMember(), admitted.GetMember())
	}

	get := func() *registryv1.Member {
		resp, err := w.operator.GetMember(t.Context(), &registryv1.GetMemberRequest{Name: m.Name()})
		must(t, err)
		return resp.GetMember()
	}
	await(t, "the registry's own steps", func() bool { return len(get().GetCompletedSteps()) == 3 })
	conn, err := w.account(t, m)
	must(t, err)
	conn.Close()
	registry := registryv1.NewMemberServiceClient(w.Dial(m, "admin"))
	await(t, "the administrator's rights", func() bool {
		_, err := registry.ListMembers(t.Context(), &registryv1.ListMembersRequest{})
		return err == nil
	})

	for range 2 { // a step that is done twice is done once
		w.publish(t, &settlementv1.MemberAccountsOpened{Member: m.Name()})
	}
	await(t, "the accounts", func() bool { return len(get().GetCompletedSteps()) == 4 })
	if state := get().GetState(); state != registryv1.MemberState_MEMBER_STATE_ADMITTING {
		t.Errorf("%s with a step missing", state)
	}
	w.publish(t, &anchorv1.MemberRegisteredOnLedger{Member: m.Name(), TransactionId: "tx"})
	await(t, "the end of the admission", func() bool { return get().GetState() == registryv1.MemberState_MEMBER_STATE_ACTIVE })
}

func TestAdmissionIsIdempotentAndGuarded(t *testing.T) {
	w := newWorld(t)
	_, req := candidate(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	first, err := w.operator.AdmitMember(t.Context(), req)
	must(t, err)
	again, err := w.operator.AdmitMember(t.Context(), req)
	must(t, err)
	if !proto.Equal(first, again) {
		t.Errorf("repeated: %v, first %v", again, first)
	}
	tests := []struct {
		name          string
		change        func(*registryv1.AdmitMemberRequest)
		reason, field string
	}{
		{"same id", func(r *registryv1.AdmitMemberRequest) { r.Member.Name = req.Member.Name; r.Member.Administrators = nil }, "MEMBER_EXISTS", "member.name"},
		{"same MSP", func(r *registryv1.AdmitMemberRequest) { r.Member.MspId = req.Member.MspId }, "MEMBER_EXISTS", "member.msp_id"},
		{"same authority", func(r *registryv1.AdmitMemberRequest) { r.Member.CaCertificates = req.Member.CaCertificates }, "CA_CERTIFICATE_TAKEN", "member.ca_certificates"},
		{"no authority", func(r *registryv1.AdmitMemberRequest) { r.Member.CaCertificates = "none" }, "CA_CERTIFICATE_INVALID", "member.ca_certificates"},
		{"reserved", func(r *registryv1.AdmitMemberRequest) { r.Member.Name = "members/service" }, "INVALID_FIELD", "member.name"},
		{"foreign administrator", func(r *registryv1.AdmitMemberRequest) { r.Member.Administrators = []string{"other/admin"} }, "INVALID_FIELD", "member.administrators[0]"},
		{"no class", func(r *registryv1.AdmitMemberRequest) { r.Member.MemberClass = 0 }, "INVALID_FIELD", "member.member_class"},
		{"same request id", func(r *registryv1.AdmitMemberRequest) { r.RequestId = req.RequestId }, "REQUEST_ID_REUSED", "request_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, r := candidate(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
			tt.change(r)
			_, err := w.operator.AdmitMember(t.Context(), r)
			wantReason(t, err, tt.reason, tt.field)
		})
	}
	_, err = w.operator.GetMember(t.Context(), &registryv1.GetMemberRequest{Name: "members/nobody"})
	wantReason(t, err, "MEMBER_NOT_FOUND", "")
}

func TestOnlyTheOperatorAdmits(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	_, req := candidate(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	_, err := registryv1.NewMemberServiceClient(w.Dial(oem.Member, "admin")).AdmitMember(t.Context(), req)
	wantReason(t, err, "PERMISSION_DENIED", "")
	_, err = registryv1.NewMemberServiceClient(w.DialAnonymous()).AdmitMember(t.Context(), req)
	wantReason(t, err, "CREDENTIALS_MISSING", "")
	_, err = registryv1.NewPassportServiceClient(w.Dial(oem.Member, "stranger")).EnrolPassport(t.Context(), enrolRequest("vehicles/"+uuid.NewString()))
	wantReason(t, err, "PERMISSION_DENIED", "")
}

func TestMembersPage(t *testing.T) {
	w := newWorld(t)
	for _, prefix := range []string{"c", "a", "b"} {
		_, req := candidate(t, prefix, registryv1.MemberClass_MEMBER_CLASS_FLEET)
		_, err := w.operator.AdmitMember(t.Context(), req)
		must(t, err)
	}
	var order string
	req := &registryv1.ListMembersRequest{PageSize: 2}
	for more := true; more; more = req.PageToken != "" {
		resp, err := w.operator.ListMembers(t.Context(), req)
		must(t, err)
		for _, m := range resp.GetMembers() {
			order += m.GetName()[len("members/"):][:1]
		}
		req.PageToken = resp.GetNextPageToken()
	}
	if order != "abc" {
		t.Errorf("members came in the order %s", order)
	}
	_, err := w.operator.ListMembers(t.Context(), &registryv1.ListMembersRequest{PageToken: "made up"})
	wantReason(t, err, "INVALID_PAGE_TOKEN", "page_token")
}
