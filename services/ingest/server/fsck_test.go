package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	ingestfsck "github.com/pcc-platform/pcc/services/ingest/server/fsck"
)

// TestFsckFindsDamagedRowsOfEvents damages the rows of a journal that the service wrote, signed events and marks among them.
func TestFsckFindsDamagedRowsOfEvents(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	for months := 6; months > 0; months-- {
		send(t, r.oem, readMonthsAgo(t, r.oemMember, passport, months, 100_000-months*1000))
		awaitJournaled(t, r.oem)
		send(t, r.garage, readMonthsAgo(t, r.garMember, passport, months, 100_100-months*1000))
		awaitJournaled(t, r.garage)
	}
	s := r.enrol(t, r.oemMember, newEd25519(t), source(r.oemMember), "")
	wantAccepted(t, "signed", sendSigned(t, r.oem, s.signed(t, r.oemMember, "s", r.registry.enrol(), 2)), 2)
	awaitJournaled(t, r.oem)
	first := r.count(t, "SELECT min(seq) FROM event WHERE source_key IS NULL AND stream = 'ingest/"+r.oemMember.ID+"'")
	stream := "ingest/" + r.oemMember.ID
	statement := r.count(t, "SELECT min(seq) - 1 FROM event WHERE source_key IS NOT NULL") // before the events that it covers
	at := func(set string) string {
		return fmt.Sprintf("UPDATE event SET %s WHERE stream = '%s' AND seq = %d", set, stream, first)
	}
	all := r.count(t, "SELECT count(*) FROM event")
	for name, c := range map[string]struct {
		statement string
		want      []string
	}{
		"nothing":         {"SELECT", nil},
		"the id":          {at("id = gen_random_uuid()"), []string{"EVENT_ROW_CHANGED [id]"}},
		"the source's id": {at("event_id = 'another'"), []string{"EVENT_ROW_CHANGED [event_id]"}},
		"the mileage":     {at("odometer_metres = 1"), []string{"EVENT_ROW_CHANGED [odometer_metres]"}},
		"several columns": {at("passport = gen_random_uuid(), quality = 100, type = 'x', received_at = now()"), []string{"EVENT_ROW_CHANGED [type passport received_at quality]"}},
		"the hash":        {at("content_hash = sha256('')"), []string{"EVENT_ROW_CHANGED [content_hash]"}},
		"a made-up signature": {
			at("source_key = sha256('x'), source_sequence = 1"), []string{"EVENT_ROW_CHANGED [source_key source_sequence]"},
		},
		"a row gone": {
			fmt.Sprintf("DELETE FROM event WHERE stream = '%s' AND seq = %d", stream, first), []string{"EVENT_ROW_MISSING"},
		},
		"a second row": {
			fmt.Sprintf(`CREATE TEMP TABLE copied AS SELECT * FROM event WHERE stream = '%s' AND seq = %d;
				UPDATE copied SET id = 'ffffffff-ffff-7fff-bfff-ffffffffffff', event_id = 'copy'; INSERT INTO event TABLE copied`, stream, first),
			[]string{"EVENT_ROW_DUPLICATE"},
		},
		"a row that points nowhere": {at("seq = 1000000"), []string{"EVENT_ROW_MISSING", "EVENT_ROW_ORPHANED"}},
		"a row that points at a mark": {
			fmt.Sprintf("UPDATE event SET seq = (SELECT min(j.seq) FROM journal_entry j WHERE j.stream = '%[1]s' AND NOT EXISTS (SELECT FROM event e WHERE e.stream = j.stream AND e.seq = j.seq)) WHERE stream = '%[1]s' AND seq = %[2]d", stream, first),
			[]string{"EVENT_ROW_MISSING", "EVENT_ROW_ORPHANED"},
		},
		"an entry gone": {
			fmt.Sprintf("DELETE FROM journal_entry WHERE stream = '%s' AND seq = %d", stream, first), []string{"EVENT_ROW_ORPHANED", "ENTRY_MISSING"},
		},
		"an entry that cannot be read": {
			fmt.Sprintf("UPDATE journal_entry SET leaf = '\\x00' WHERE stream = '%s' AND seq = %d", stream, first), []string{"EVENT_UNREADABLE", "ENTRY_CHANGED"},
		},
		"a statement gone": {
			fmt.Sprintf("DELETE FROM journal_entry WHERE stream = '%s' AND seq = %d", stream, statement),
			[]string{"STATEMENT_MISSING", "STATEMENT_MISSING", "ENTRY_MISSING"},
		},
		"a statement over other events": {
			fmt.Sprintf("UPDATE journal_entry SET leaf = set_byte(leaf, length(leaf) - 1, 255 - get_byte(leaf, length(leaf) - 1)) WHERE stream = '%s' AND seq = %d", stream, statement),
			[]string{"STATEMENT_UNREADABLE", "STATEMENT_MISSING", "STATEMENT_MISSING", "ENTRY_CHANGED"},
		},
		"all rows gone": {"TRUNCATE event", append(slices.Repeat([]string{"EVENT_ROW_MISSING"}, all), "TABLE_EMPTY")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.damaged(t, c.statement); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// damaged examines the schema after a statement of an administrator, whose effect is then undone. A finding is told by its reason,
// and by the columns that it names.
func (r running) damaged(t *testing.T, statement string, claims ...fsck.Claim) (lines []string) {
	t.Helper()
	ctx := t.Context()
	tx, err := r.db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica;"+statement); err != nil {
		t.Fatal(err)
	}
	found := &fsck.Findings{}
	if _, err := ingestfsck.Check(ctx, tx, fsck.Options{Claims: claims}, found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found.List() {
		_, columns, _ := strings.Cut(f.Text, "[")
		lines = append(lines, strings.TrimSpace(strings.TrimSuffix(string(f.Reason)+" ["+columns, " [")))
	}
	return lines
}

// TestFsckFindsARestoredBackupByWhatWasAnchored restores events and journal together to what they were: nothing in them is wrong.
func TestFsckFindsARestoredBackupByWhatWasAnchored(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	tables := []string{"event", "journal_entry", "journal_tile", "journal_checkpoint"}
	send(t, r.oem, readings(t, r.oemMember, "before", passport, 20)...)
	awaitJournaled(t, r.oem)
	restore := ""
	for _, table := range tables {
		if _, err := r.db.Exec(t.Context(), fmt.Sprintf("CREATE TEMP TABLE kept_%[1]s AS TABLE %[1]s", table)); err != nil {
			t.Fatal(err)
		}
		restore += fmt.Sprintf("TRUNCATE %[1]s; INSERT INTO %[1]s TABLE kept_%[1]s;", table)
	}
	send(t, r.oem, readings(t, r.oemMember, "after", passport, 20)...)
	awaitJournaled(t, r.oem)
	resp, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil || len(resp.GetCheckpoints()) != 1 {
		t.Fatal(resp, err)
	}
	cp := resp.GetCheckpoints()[0]
	anchored := fsck.Claim{Stream: cp.GetStream(), Size: uint64(cp.GetSize()), Root: journal.Hash(cp.GetRoot()), Source: "epochs/1"}
	for what, got := range map[string][]string{
		"as it is":             r.damaged(t, "SELECT", anchored),
		"restored, by itself":  r.damaged(t, restore),
		"restored, by anchors": r.damaged(t, restore, anchored),
	} {
		var want []string
		if strings.HasSuffix(what, "anchors") {
			want = []string{"JOURNAL_SHORTER"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %q, want %q", what, got, want)
		}
	}
}

// TestFsckSeesOneMoment examines the schema while the service writes.
func TestFsckSeesOneMoment(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readings(t, r.oemMember, "before", passport, 20)...)
	awaitJournaled(t, r.oem)
	conn, err := pgx.Connect(t.Context(), r.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), "SET search_path = ingest"); err != nil {
		t.Fatal(err)
	}
	found := &fsck.Findings{}
	err = fsck.Snapshot(t.Context(), conn, func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM event").Scan(new(int)); err != nil { // from now on
			return err
		}
		send(t, r.oem, readings(t, r.oemMember, "meanwhile", passport, 20)...)
		awaitJournaled(t, r.oem)
		heads, err := ingestfsck.Check(t.Context(), tx, fsck.Options{}, found)
		if err == nil && (len(heads) != 1 || heads[0].Size != 20) {
			t.Errorf("heads %v", heads)
		}
		return err
	})
	if err != nil || len(found.List()) != 0 {
		t.Errorf("found %v, %v", found.List(), err)
	}
}
