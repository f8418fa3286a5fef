package server_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func recallRequest(campaign, start string) *registryv1.IssueRecallRequest {
	return &registryv1.IssueRecallRequest{
		RequestId: uuid.NewString(), Campaign: campaign, Defect: "the brake may fail",
		Ranges: []*vaultv1.VinRange{{Start: start, End: "VR3AAAAAAAA200000"}}, PartNumbers: []string{"5QE 919 790"},
	}
}

// TestARecallFindsItsVehicles searches a vault of three parts, in which two vehicles have passports.
func TestARecallFindsItsVehicles(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	recalls := registryv1.NewRecallServiceClient(w.Dial(oem.Member, "admin"))
	first, second := oem.enrol(t), oem.enrol(t)
	w.vault.mu.Lock()
	w.vault.parts = [][]string{{first.GetVehicle()}, {"vehicles/" + uuid.NewString()}, {second.GetVehicle()}}
	w.vault.mu.Unlock()

	req := recallRequest("R/26/1", "VR3AAAAAAAA100000")
	issued, err := recalls.IssueRecall(t.Context(), req)
	must(t, err)
	again, err := recalls.IssueRecall(t.Context(), req)
	must(t, err)
	if !proto.Equal(issued, again) {
		t.Errorf("repeated: %v, first %v", again, issued)
	}
	var recall *registryv1.Recall
	await(t, "the end of the search", func() bool {
		resp, err := recalls.GetRecall(t.Context(), &registryv1.GetRecallRequest{Name: issued.GetRecall().GetName()})
		must(t, err)
		recall = resp.GetRecall()
		return recall.GetSearchEndTime() != nil
	})
	if recall.GetMatchedPassports() != 2 || recall.GetIssuedBy() != oem.Name() || recall.GetCampaign() != "R/26/1" {
		t.Errorf("recall %v", recall)
	}
	var announced registryv1.RecallAnnounced
	w.published(t, &announced)
	var matched registryv1.RecallMatched
	w.published(t, &matched)
	if announced.GetPartNumbers()[0] != "5QE 919 790" || len(matched.GetPassports()) != 1 || matched.GetPassports()[0] != first.GetName() ||
		matched.GetRecall() != recall.GetName() || matched.GetIssueTime().AsTime().After(time.Now()) {
		t.Errorf("announced %v, matched %v", &announced, &matched)
	}

	_, err = recalls.IssueRecall(t.Context(), recallRequest("R/26/1", "VR3AAAAAAAA100000"))
	wantReason(t, err, "RECALL_EXISTS", "campaign")
	_, err = recalls.IssueRecall(t.Context(), recallRequest("R/26/2", "Various"))
	wantReason(t, err, "VIN_RANGE_INVALID", "ranges[0]")
	_, err = recalls.IssueRecall(t.Context(), &registryv1.IssueRecallRequest{RequestId: uuid.NewString(), Campaign: "R/26/3"})
	wantReason(t, err, "INVALID_FIELD", "")
}

func TestOnlyMakersIssueRecalls(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	garage := w.admit(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	theirs := registryv1.NewRecallServiceClient(w.Dial(garage.Member, "admin"))
	_, err := theirs.IssueRecall(t.Context(), recallRequest("R/26/1", "VR3AAAAAAAA100000"))
	wantReason(t, err, "RECALL_NOT_YOURS", "")
	issued, err := registryv1.NewRecallServiceClient(w.Dial(oem.Member, "admin")).IssueRecall(t.Context(), recallRequest("R/26/1", "VR3AAAAAAAA100000"))
	must(t, err)
	_, err = theirs.GetRecall(t.Context(), &registryv1.GetRecallRequest{Name: issued.GetRecall().GetName()})
	wantReason(t, err, "RECALL_NOT_FOUND", "")
	_, err = registryv1.NewRecallServiceClient(w.Dial(oem.Member, "mechanic")).IssueRecall(t.Context(), recallRequest("R/26/2", "VR3AAAAAAAA100000"))
	wantReason(t, err, "PERMISSION_DENIED", "")
}
