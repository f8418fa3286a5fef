package server_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/aip"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func TestEnrolment(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	vehicle := "vehicles/" + uuid.NewString()
	req := enrolRequest(vehicle)
	first, err := oem.EnrolPassport(t.Context(), req)
	must(t, err)
	p := first.GetPassport()
	if p.GetLifeCycle() != registryv1.LifeCycle_LIFE_CYCLE_MANUFACTURED || p.GetEnrolledBy() != oem.Name() || p.GetOwnershipPeriods() != 1 {
		t.Errorf("passport %v", p)
	}
	again, err := oem.EnrolPassport(t.Context(), req)
	must(t, err)
	if !proto.Equal(first, again) {
		t.Errorf("repeated: %v, first %v", again, first)
	}
	var enrolled registryv1.PassportEnrolled
	w.published(t, &enrolled)
	if tag := tagOf(vehicle); enrolled.GetPassport() != p.GetName() || enrolled.GetLifeCycle() != p.GetLifeCycle() || !bytes.Equal(enrolled.GetTag(), tag[:]) {
		t.Errorf("announced %v", &enrolled)
	}
	log, err := journalv1.NewLogServiceClient(w.DialService("anchor")).ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	must(t, err)
	if c := log.GetCheckpoints(); len(c) != 1 || "registry/"+oem.ID != c[0].GetStream() || c[0].GetSize() != 2 {
		t.Errorf("recorded is %v, want the admission and the enrolment", c)
	}
	got, err := oem.GetPassport(t.Context(), &registryv1.GetPassportRequest{Name: p.GetName()})
	must(t, err)
	found, err := oem.LookupPassport(t.Context(), &registryv1.LookupPassportRequest{Vehicle: vehicle})
	must(t, err)
	if !proto.Equal(got.GetPassport(), p) || !proto.Equal(found.GetPassport(), p) {
		t.Errorf("got %v, found %v, enrolled %v", got, found, p)
	}
}

// A client that lost its patience and asks again while the first request runs gets the same passport.
func TestRequestAtOnceWithItselfEnrolsOnce(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	req := enrolRequest("vehicles/" + uuid.NewString())
	answers, failures := make([]*registryv1.EnrolPassportResponse, 6), make([]error, 6)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i], failures[i] = oem.EnrolPassport(t.Context(), req) })
	}
	wg.Wait()
	for i, answer := range answers {
		must(t, failures[i])
		if !proto.Equal(answer, answers[0]) {
			t.Errorf("answers %v and %v", answer, answers[0])
		}
	}
}

func TestEnrolmentRefusals(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	known := enrolRequest("vehicles/" + uuid.NewString())
	_, err := oem.EnrolPassport(t.Context(), known)
	must(t, err)
	w.vault.forget("vehicles/00000000-0000-4000-8000-000000000000")
	tests := []struct {
		name          string
		change        func(*registryv1.EnrolPassportRequest)
		reason, field string
	}{
		{"enrolled", func(r *registryv1.EnrolPassportRequest) { r.Passport.Vehicle = known.Passport.Vehicle }, "VEHICLE_ALREADY_ENROLLED", "passport.vehicle"},
		{"unknown", func(r *registryv1.EnrolPassportRequest) {
			r.Passport.Vehicle = "vehicles/00000000-0000-4000-8000-000000000000"
		}, "VEHICLE_UNKNOWN", "passport.vehicle"},
		{"no handle", func(r *registryv1.EnrolPassportRequest) { r.Passport.Vehicle = "WVWZZZ1JZXW000001" }, "INVALID_FIELD", "passport.vehicle"},
		{"no date", func(r *registryv1.EnrolPassportRequest) { r.Passport.Specification.FirstDate = "2021-02-30" }, "INVALID_FIELD", "passport.specification.first_date"},
		{"absurd power", func(r *registryv1.EnrolPassportRequest) { r.Passport.Specification.PowerWatts = -1 }, "INVALID_FIELD", "passport.specification.power_watts"},
		{"request id of another", func(r *registryv1.EnrolPassportRequest) { r.RequestId = known.RequestId }, "REQUEST_ID_REUSED", "request_id"},
		{"no request id", func(r *registryv1.EnrolPassportRequest) { r.RequestId = "1" }, "INVALID_FIELD", "request_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := enrolRequest("vehicles/" + uuid.NewString())
			tt.change(r)
			_, err := oem.EnrolPassport(t.Context(), r)
			wantReason(t, err, tt.reason, tt.field)
		})
	}
	for _, name := range []string{"passports/" + uuid.NewString(), "passports/------------------------------------"} {
		_, err = oem.GetPassport(t.Context(), &registryv1.GetPassportRequest{Name: name})
		wantReason(t, err, "PASSPORT_NOT_FOUND", "")
		_, err = oem.ListTransitions(t.Context(), &registryv1.ListTransitionsRequest{Parent: name})
		wantReason(t, err, "PASSPORT_NOT_FOUND", "")
	}
}

func TestBatchEnrolment(t *testing.T) {
	w := newWorld(t)
	garage := w.admit(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	before := oem.enrol(t)
	unknown := "vehicles/" + uuid.NewString()
	w.vault.forget(unknown)
	req := &registryv1.BatchEnrolPassportsRequest{RequestId: uuid.NewString(), Passports: []*registryv1.Passport{
		{Vehicle: "vehicles/" + uuid.NewString()}, {Vehicle: before.GetVehicle()}, {Vehicle: unknown},
	}}
	resp, err := garage.BatchEnrolPassports(t.Context(), req)
	must(t, err)
	results := resp.GetResults()
	for i, reason := range []string{"", "VEHICLE_ALREADY_ENROLLED", "VEHICLE_UNKNOWN"} {
		if results[i].GetReason() != reason {
			t.Errorf("result %d: %s, want %s", i, results[i].GetReason(), reason)
		}
	}
	if results[0].GetPassport().GetLifeCycle() != registryv1.LifeCycle_LIFE_CYCLE_REGISTERED || !proto.Equal(results[1].GetPassport(), before) || results[2].GetPassport() != nil {
		t.Errorf("results %v", results)
	}
	again, err := garage.BatchEnrolPassports(t.Context(), req)
	must(t, err)
	if !proto.Equal(resp, again) {
		t.Errorf("repeated: %v, first %v", again, resp)
	}
	list, err := garage.ListPassports(t.Context(), &registryv1.ListPassportsRequest{})
	must(t, err)
	if len(list.GetPassports()) != 1 || list.GetPassports()[0].GetName() != results[0].GetPassport().GetName() {
		t.Errorf("the garage enrolled %v", list.GetPassports())
	}
	req.Passports[1].Vehicle = "vehicles/1"
	_, err = garage.BatchEnrolPassports(t.Context(), req)
	wantReason(t, err, "INVALID_FIELD", "passports[1].vehicle")
}

func TestPageTokenIsForItsMemberOnly(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	garage := w.admit(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	oem.enrol(t)
	oem.enrol(t)
	first, err := oem.ListPassports(t.Context(), &registryv1.ListPassportsRequest{PageSize: 1})
	must(t, err)
	second, err := oem.ListPassports(t.Context(), &registryv1.ListPassportsRequest{PageSize: 1, PageToken: first.GetNextPageToken()})
	must(t, err)
	if second.GetNextPageToken() != "" || first.GetPassports()[0].GetName() == second.GetPassports()[0].GetName() {
		t.Errorf("pages %v and %v", first, second)
	}
	forged, err := aip.EncodePageToken("passports/"+oem.ID, struct{ ID string }{"1'; --"})
	must(t, err)
	_, err = oem.ListPassports(t.Context(), &registryv1.ListPassportsRequest{PageToken: forged})
	wantReason(t, err, "INVALID_PAGE_TOKEN", "page_token")
	_, err = garage.ListPassports(t.Context(), &registryv1.ListPassportsRequest{PageToken: first.GetNextPageToken()})
	wantReason(t, err, "INVALID_PAGE_TOKEN", "page_token")
}

func TestTransition(t *testing.T) {
	w := newWorld(t)
	insurer := w.admit(t, "insurer", registryv1.MemberClass_MEMBER_CLASS_INSURER)
	p := insurer.enrol(t)
	step := func(to registryv1.LifeCycle, etag string) *registryv1.TransitionPassportRequest {
		return &registryv1.TransitionPassportRequest{RequestId: uuid.NewString(), Name: p.GetName(), To: to, Reason: "police report", Etag: etag}
	}
	req := step(registryv1.LifeCycle_LIFE_CYCLE_STOLEN, p.GetEtag())
	first, err := insurer.TransitionPassport(t.Context(), req)
	must(t, err)
	again, err := insurer.TransitionPassport(t.Context(), req) // its etag is old by now, its answer is kept
	must(t, err)
	if !proto.Equal(first, again) || first.GetPassport().GetLifeCycle() != registryv1.LifeCycle_LIFE_CYCLE_STOLEN || first.GetPassport().GetEtag() == p.GetEtag() {
		t.Errorf("first %v, repeated %v", first, again)
	}
	var announced registryv1.PassportTransitioned
	w.published(t, &announced)
	list, err := insurer.ListTransitions(t.Context(), &registryv1.ListTransitionsRequest{Parent: p.GetName()})
	must(t, err)
	if len(list.GetTransitions()) != 1 || announced.GetPassport() != p.GetName() || !proto.Equal(announced.GetTransition(), list.GetTransitions()[0]) {
		t.Errorf("announced %v, listed %v", &announced, list)
	}
	_, err = insurer.TransitionPassport(t.Context(), step(registryv1.LifeCycle_LIFE_CYCLE_REGISTERED, p.GetEtag()))
	wantReason(t, err, "ETAG_MISMATCH", "etag")
	_, err = insurer.TransitionPassport(t.Context(), step(registryv1.LifeCycle_LIFE_CYCLE_DISMANTLED, ""))
	wantReason(t, err, "TRANSITION_NOT_ALLOWED", "")
	garage := w.admit(t, "garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	_, err = garage.TransitionPassport(t.Context(), step(registryv1.LifeCycle_LIFE_CYCLE_TOTAL_LOSS, ""))
	wantReason(t, err, "TRANSITION_NOT_YOURS", "")
}

func TestResolveIsForServices(t *testing.T) {
	w := newWorld(t)
	oem := w.admit(t, "oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	p := oem.enrol(t)
	req := &registryv1.ResolvePassportsRequest{Names: []string{p.GetName(), "passports/" + uuid.NewString(), "nothing"}}
	resp, err := registryv1.NewPassportServiceClient(w.DialService("ingest")).ResolvePassports(t.Context(), req)
	must(t, err)
	if tag := tagOf(p.GetVehicle()); len(resp.GetPassports()) == 1 && !bytes.Equal(resp.GetPassports()[0].GetTag(), tag[:]) {
		t.Error("resolved with another tag")
	}
	if got := resp.GetPassports(); len(got) != 1 || got[0].GetName() != p.GetName() || got[0].GetLifeCycle() != p.GetLifeCycle() {
		t.Errorf("resolved %v", got)
	}
	_, err = oem.ResolvePassports(t.Context(), req)
	wantReason(t, err, "PERMISSION_DENIED", "")
}
