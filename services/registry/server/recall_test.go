package server_test

import (
	"slices"
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

// TestARecallFindsVehiclesEnrolledLater has two recalls in force when vehicles come.
func TestARecallFindsVehiclesEnrolledLater(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	recalls := registryv1.NewRecallServiceClient(w.Dial(oem.Member, "admin"))
	issue := func(campaign, start string) *registryv1.Recall {
		resp, err := recalls.IssueRecall(t.Context(), recallRequest(campaign, start))
		must(t, err)
		return resp.GetRecall()
	}
	matched := func(r *registryv1.Recall) (count int64, searched bool) {
		resp, err := recalls.GetRecall(t.Context(), &registryv1.GetRecallRequest{Name: r.GetName()})
		must(t, err)
		return resp.GetRecall().GetMatchedPassports(), resp.GetRecall().GetSearchEndTime() != nil
	}
	const firstStart, secondStart = "VR3AAAAAAAA100000", "VR3AAAAAAAA110000"
	first, second := issue("R/26/1", firstStart), issue("R/26/2", secondStart)
	await(t, "the end of both searches", func() bool {
		_, one := matched(first)
		_, other := matched(second)
		return one && other
	})

	covered, other := "vehicles/"+uuid.NewString(), "vehicles/"+uuid.NewString()
	w.vault.cover(secondStart, covered)
	for _, vehicle := range []string{other, covered} {
		_, err := oem.EnrolPassport(t.Context(), enrolRequest(vehicle))
		must(t, err)
	}
	await(t, "the new vehicle is found", func() bool {
		count, _ := matched(second)
		return count == 1
	})
	if count, _ := matched(first); count != 0 {
		t.Errorf("the other recall has %d passports", count)
	}
	lookup, err := oem.LookupPassport(t.Context(), &registryv1.LookupPassportRequest{Vehicle: covered})
	must(t, err)
	var message registryv1.RecallMatched
	w.published(t, &message)
	if len(message.GetPassports()) != 1 || message.GetPassports()[0] != lookup.GetPassport().GetName() ||
		message.GetRecall() != second.GetName() || message.GetIssuedBy() != oem.Name() || message.GetDefect() == "" {
		t.Errorf("told %v", &message)
	}
}

func TestListingRecalls(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	another := w.admit(t, "another", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	recalls := registryv1.NewRecallServiceClient(w.Dial(oem.Member, "admin"))
	theirs := registryv1.NewRecallServiceClient(w.Dial(another.Member, "admin"))
	for _, campaign := range []string{"R/26/1", "R/26/2", "R/26/3"} {
		_, err := recalls.IssueRecall(t.Context(), recallRequest(campaign, "VR3AAAAAAAA100000"))
		must(t, err)
	}
	_, err := theirs.IssueRecall(t.Context(), recallRequest("theirs", "VR3AAAAAAAA100000"))
	must(t, err)

	first, err := recalls.ListRecalls(t.Context(), &registryv1.ListRecallsRequest{PageSize: 2})
	must(t, err)
	second, err := recalls.ListRecalls(t.Context(), &registryv1.ListRecallsRequest{PageSize: 2, PageToken: first.GetNextPageToken()})
	must(t, err)
	listed := slices.Concat(first.GetRecalls(), second.GetRecalls())
	if len(listed) != 3 || listed[0].GetCampaign() != "R/26/3" || listed[2].GetCampaign() != "R/26/1" || second.GetNextPageToken() != "" {
		t.Fatalf("listed %v, then %v", first, second)
	}
	if listed[0].GetRanges() != nil || listed[0].GetPartNumbers() != nil {
		t.Errorf("a list has ranges and parts: %v", listed[0])
	}
	whole, err := recalls.GetRecall(t.Context(), &registryv1.GetRecallRequest{Name: listed[0].GetName()})
	must(t, err)
	if r := whole.GetRecall(); len(r.GetRanges()) != 1 || r.GetRanges()[0].GetEnd() != "VR3AAAAAAAA200000" || len(r.GetPartNumbers()) != 1 {
		t.Errorf("the recall is %v", r)
	}
	_, err = theirs.ListRecalls(t.Context(), &registryv1.ListRecallsRequest{PageToken: first.GetNextPageToken()})
	wantReason(t, err, "INVALID_PAGE_TOKEN", "")
}
