package server_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/apperr"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestRolesAreGrantedAndRevoked(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	admin := registryv1.NewRoleServiceClient(w.Dial(oem.Member, "admin"))
	analyst := registryv1.NewPassportServiceClient(w.Dial(oem.Member, "analyst"))
	principal := oem.ID + "/analyst"
	mayList := func() bool {
		_, err := analyst.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
		if err != nil && apperr.ReasonOf(err) != "PERMISSION_DENIED" {
			t.Fatal(err)
		}
		return err == nil
	}
	if mayList() {
		t.Fatal("a principal without a role reads")
	}
	first, err := admin.GrantRole(t.Context(), &registryv1.GrantRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_READER})
	must(t, err)
	again, err := admin.GrantRole(t.Context(), &registryv1.GrantRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_READER})
	must(t, err)
	if g := first.GetRoleGrant(); g.GetGrantedBy() != oem.ID+"/admin" || !g.GetGrantTime().AsTime().Equal(again.GetRoleGrant().GetGrantTime().AsTime()) {
		t.Errorf("granted %v, again %v", first, again)
	}
	await(t, "the reader's rights", mayList)
	_, err = registryv1.NewRoleServiceClient(w.Dial(oem.Member, "analyst")).ListRoleGrants(t.Context(), &registryv1.ListRoleGrantsRequest{})
	wantReason(t, err, "PERMISSION_DENIED", "")

	if got, want := grants(t, admin), []string{
		oem.ID + "/admin ROLE_ADMINISTRATOR", principal + " ROLE_READER", oem.ID + "/devices ROLE_CONTRIBUTOR",
	}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	_, err = admin.RevokeRole(t.Context(), &registryv1.RevokeRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_READER})
	must(t, err)
	await(t, "the end of the reader's rights", func() bool { return !mayList() })
	_, err = admin.RevokeRole(t.Context(), &registryv1.RevokeRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_READER})
	wantReason(t, err, "ROLE_GRANT_NOT_FOUND", "")
}

func TestRolesAreTheMembersOwn(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	garage := w.admit(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	admin := registryv1.NewRoleServiceClient(w.Dial(oem.Member, "admin"))
	for _, principal := range []string{garage.ID + "/admin", "admin", oem.ID + "/", oem.ID + "/a b", "service/registry"} {
		_, err := admin.GrantRole(t.Context(), &registryv1.GrantRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_READER})
		wantReason(t, err, "INVALID_FIELD", "principal")
		_, err = admin.RevokeRole(t.Context(), &registryv1.RevokeRoleRequest{Principal: principal, Role: registryv1.Role_ROLE_ADMINISTRATOR})
		wantReason(t, err, "INVALID_FIELD", "principal")
	}
	_, err := admin.RevokeRole(t.Context(), &registryv1.RevokeRoleRequest{Principal: oem.ID + "/admin", Role: registryv1.Role_ROLE_ADMINISTRATOR})
	wantReason(t, err, "LAST_ADMINISTRATOR", "")
	if got := grants(t, registryv1.NewRoleServiceClient(w.Dial(garage.Member, "admin"))); len(got) != 2 {
		t.Errorf("the garage lists %q", got)
	}
}

// grants lists all, a page of one after the other.
func grants(t *testing.T, roles registryv1.RoleServiceClient) (all []string) {
	t.Helper()
	req := &registryv1.ListRoleGrantsRequest{PageSize: 1}
	for more := true; more; more = req.PageToken != "" {
		page, err := roles.ListRoleGrants(t.Context(), req)
		must(t, err)
		for _, g := range page.GetRoleGrants() {
			all = append(all, fmt.Sprintf("%s %s", g.GetPrincipal(), g.GetRole()))
		}
		req.PageToken = page.GetNextPageToken()
	}
	return all
}
