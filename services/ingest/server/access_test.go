package server_test

import (
	"testing"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// TestNoMemberSeesAnothers asks every RPC with which a member reads, as a member that sent nothing.
func TestNoMemberSeesAnothers(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, reading(t, r.oemMember, "e", passport, 1), reading(t, r.oemMember, "bad", "passports/none", 1))
	awaitJournaled(t, r.oem)

	events, err := r.garage.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil || len(events.GetEvents()) != 0 {
		t.Errorf("events %v, %v", events, err)
	}
	letters, err := r.garage.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
	if err != nil || len(letters.GetDeadLetters()) != 0 {
		t.Errorf("letters %v, %v", letters, err)
	}
	status, err := r.garage.GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{})
	if err != nil || status.GetJournaled() != 0 || status.GetDeadLetters() != 0 {
		t.Errorf("status %v, %v", status, err)
	}
	own, err := r.oem.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil || len(own.GetEvents()) != 1 {
		t.Errorf("own events %v, %v", own, err)
	}
}

// TestRowsAreConfined reads the tables without any filter, as the role that members' reads run under.
func TestRowsAreConfined(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, reading(t, r.oemMember, "e", passport, 1), reading(t, r.oemMember, "bad", "passports/none", 1))
	awaitJournaled(t, r.oem)
	if _, err := r.db.Exec(t.Context(), "SET ROLE ingest_reader"); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]int{"": 0, r.garMember.ID: 0, r.oemMember.ID: 4} {
		var n int
		if _, err := r.db.Exec(t.Context(), "SELECT set_config('pcc.tenant', $1, false)", member); err != nil {
			t.Fatal(err)
		}
		err := r.db.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM dead_letter) + (SELECT count(*) FROM member_count) + (SELECT count(*) FROM journal_entry)").Scan(&n)
		if err != nil || n != want {
			t.Errorf("tenant %q sees %d rows, want %d; %v", member, n, want, err)
		}
	}
	for _, statement := range []string{"DELETE FROM dead_letter", "SELECT data FROM journal_tile", "SELECT id FROM known_passport", "SELECT tail FROM odometer_state", "SELECT readings FROM odometer_body"} {
		if _, err := r.db.Exec(t.Context(), statement); err == nil {
			t.Errorf("the reader may: %s", statement)
		}
	}
}

func TestOnlyWhoMayCalls(t *testing.T) {
	r := start(t)
	_, err := ingestv1.NewIngestServiceClient(r.DialAnonymous()).GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{})
	if err == nil {
		t.Error("a caller without a certificate was answered")
	}
	nobody := ingestv1.NewIngestServiceClient(r.Dial(r.oemMember, "nobody"))
	_, err = nobody.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: readings(t, r.oemMember, "e", r.registry.enrol(), 1)})
	wantReason(t, "a principal without the permission", err, "PERMISSION_DENIED")
	asMember := ingestv1.NewJournalServiceClient(r.Dial(r.oemMember, "admin"))
	_, err = asMember.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: r.registry.enrol()})
	wantReason(t, "a member at the journal", err, "PERMISSION_DENIED")
	s, err := nobody.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Recv()
	wantReason(t, "a stream without the permission", rpcError(err), "PERMISSION_DENIED")
}
