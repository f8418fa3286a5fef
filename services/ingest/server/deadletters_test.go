package server_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

func TestReplayAfterEnrolment(t *testing.T) {
	r := start(t)
	known := r.registry.enrol()
	late := "passports/0199e9d4-0000-7000-8000-00000000beef"
	early := reading(t, r.oemMember, "early", late, 7)
	send(t, r.oem, early, reading(t, r.oemMember, "fine", known, 7))
	list, err := r.oem.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
	if err != nil || len(list.GetDeadLetters()) != 1 {
		t.Fatalf("dead letters %v, %v", list, err)
	}
	letter := list.GetDeadLetters()[0]
	if letter.GetRejection().GetReason() != "PASSPORT_UNKNOWN" || !proto.Equal(letter.GetEvent(), early) || letter.GetReplayTime() != nil {
		t.Errorf("letter %v", letter)
	}
	replay := &ingestv1.ReplayDeadLetterRequest{Name: letter.GetName()}
	_, err = r.oem.ReplayDeadLetter(t.Context(), replay)
	wantReason(t, "replay before the enrolment", err, "PASSPORT_UNKNOWN")

	r.registry.enrolAs(late)
	for range 2 { // a replayed letter stays replayed
		resp, err := r.oem.ReplayDeadLetter(t.Context(), replay)
		if err != nil || resp.GetDeadLetter().GetReplayTime() == nil {
			t.Fatalf("replay: %v, %v", resp, err)
		}
	}
	if status := awaitJournaled(t, r.oem); status.GetJournaled() != 2 || status.GetDeadLetters() != 1 {
		t.Errorf("status %v", status)
	}
	if n := r.count(t, "SELECT count(*) FROM audit WHERE action = 'ingest.ReplayDeadLetter'"); n != 1 {
		t.Errorf("%d audit rows of one replay", n)
	}
	_, err = r.garage.ReplayDeadLetter(t.Context(), replay)
	wantReason(t, "another member's letter", err, "DEAD_LETTER_NOT_FOUND")
}

func TestDeadLettersComeNewestFirstInPages(t *testing.T) {
	r := start(t)
	for _, bad := range faults(t, r.oemMember, "bad", r.registry.enrol()) {
		send(t, r.oem, bad)
		send(t, r.oem, bad) // a repeated batch does not repeat its letters
	}
	req := &ingestv1.ListDeadLettersRequest{PageSize: 7}
	names := map[string]bool{}
	last := "deadLetters/g"
	for range 3 {
		page, err := r.oem.ListDeadLetters(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.GetDeadLetters() {
			if l.GetName() >= last {
				t.Errorf("%s after %s", l.GetName(), last)
			}
			last, names[l.GetName()] = l.GetName(), true
			if tooLarge := l.GetRejection().GetReason() == "EVENT_TOO_LARGE"; tooLarge != (l.GetEvent() == nil) {
				t.Errorf("%s is kept: %t", l.GetRejection().GetReason(), l.GetEvent() != nil)
			}
		}
		req.PageToken = page.GetNextPageToken()
	}
	if want := len(faults(t, r.oemMember, "bad", "passports/x")); len(names) != want || req.GetPageToken() != "" {
		t.Errorf("%d letters listed, want %d", len(names), want)
	}
}
