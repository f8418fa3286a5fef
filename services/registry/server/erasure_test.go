package server_test

import (
	"testing"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestMembersAreToldOfErasures(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	passports := []*registryv1.Passport{oem.enrol(t), oem.enrol(t)}
	vault := registryv1.NewPurgeServiceClient(w.DialService("vault"))
	notices := registryv1.NewPurgeServiceClient(w.Dial(oem.Member, "admin"))
	for _, p := range append(passports, passports[0]) { // the last call is a repeated one
		tag := tagOf(p.GetVehicle())
		resp, err := vault.PurgeVehicle(t.Context(), &registryv1.PurgeVehicleRequest{Tag: tag[:]})
		must(t, err)
		if len(resp.GetReceipts()) != 2 || resp.GetReceipts()[0].GetKept() == "" {
			t.Errorf("receipts %v", resp.GetReceipts())
		}
	}
	var told []string
	req := &registryv1.ListErasureNoticesRequest{PageSize: 1}
	for more := true; more; more = req.PageToken != "" {
		page, err := notices.ListErasureNotices(t.Context(), req)
		must(t, err)
		for _, n := range page.GetErasureNotices() {
			told = append(told, n.GetPassport())
		}
		req.PageToken = page.GetNextPageToken()
	}
	if len(told) != 2 || told[0] != passports[0].GetName() || told[1] != passports[1].GetName() {
		t.Errorf("told of %v", told)
	}
	_, err := notices.PurgeVehicle(t.Context(), &registryv1.PurgeVehicleRequest{Tag: make([]byte, 32)})
	wantReason(t, err, "PERMISSION_DENIED", "")
}
