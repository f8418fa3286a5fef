package fsck_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

// TestASoundJournalHasNoFinding examines 100,000 entries in one stream, and many small ones.
func TestASoundJournalHasNoFinding(t *testing.T) {
	db := newDB(t)
	sizes := map[string]uint64{"long": 100_000}
	last := fill(t, db, "long", 100_000)
	for i, n := range []int{1, 2, 255, 256, 257, 511, 512, 513} {
		stream := fmt.Sprintf("short/%d", i)
		fill(t, db, stream, n)
		sizes[stream] = uint64(n)
	}
	var order []string
	visited := map[string]uint64{}
	var progress fsck.Progress
	heads, found := check(t, db, fsck.Options{
		Entry: func(_ context.Context, stream string, e *journal.Entry) error {
			if e.Seq != visited[stream] {
				return fmt.Errorf("entry %d of %s after %d", e.Seq, stream, visited[stream])
			}
			if visited[stream]++; e.Seq == 0 {
				order = append(order, stream)
			}
			return nil
		},
		Progress: func(p fsck.Progress) { progress = p },
	})
	if len(found.List()) != 0 {
		t.Errorf("found %v", short(found))
	}
	if len(heads) != len(sizes) || heads[0].Size != 100_000 || string(heads[0].Root) != string(last.Root[:]) {
		t.Errorf("heads %v", heads)
	}
	for _, h := range heads {
		if h.Size != sizes[h.Stream] || visited[h.Stream] != h.Size {
			t.Errorf("%s: size %d, visited %d, want %d", h.Stream, h.Size, visited[h.Stream], sizes[h.Stream])
		}
	}
	if !slices.IsSorted(order) {
		t.Errorf("streams were visited in the order %v", order)
	}
	if want := (fsck.Progress{Stream: "short/7", Number: 9, Streams: 9, Entries: 513, Size: 513}); progress != want {
		t.Errorf("the last progress was %+v", progress)
	}
}

func TestAnEmptyJournalHasNoFinding(t *testing.T) {
	heads, found := check(t, newDB(t), fsck.Options{})
	if len(heads) != 0 || len(found.List()) != 0 {
		t.Errorf("heads %v, found %v", heads, short(found))
	}
}

// TestAppendsMeanwhileMakeNoFinding commits batches to the stream under examination and to new ones, between any two of its reads.
func TestAppendsMeanwhileMakeNoFinding(t *testing.T) {
	db := newDB(t)
	before := fill(t, db, "a", 5000)
	for range 5 {
		var writer sync.WaitGroup
		started := make(chan struct{})
		var once sync.Once
		writer.Go(func() {
			<-started
			for i := range 20 {
				appendSome(t, db, "a", 1_000_000+i, 50)
				appendSome(t, db, "b", 1_000_000+i, 50)
			}
		})
		heads, found := check(t, db, fsck.Options{Entry: func(_ context.Context, stream string, e *journal.Entry) error {
			once.Do(func() { close(started) })
			if stream == "a" && e.Seq%512 == 0 { // the writer is between these two
				appendSome(t, db, "a", 2_000_000, 1)
			}
			return nil
		}})
		writer.Wait()
		if len(found.List()) != 0 || heads[0].Size < before.Size {
			t.Errorf("heads %v, found %v", heads, short(found))
		}
	}
}

func TestTheCallersErrorEndsTheExamination(t *testing.T) {
	db := newDB(t)
	fill(t, db, "a", 300)
	stop := errors.New("stop")
	err := fsck.Snapshot(t.Context(), db, func(tx pgx.Tx) error {
		_, err := fsck.Check(t.Context(), tx, fsck.Options{Entry: func(context.Context, string, *journal.Entry) error { return stop }}, &fsck.Findings{})
		return err
	})
	if !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
}

// TestARoleThatSeesFewerRowsIsRefused would otherwise find entries missing that it may not see.
func TestARoleThatSeesFewerRowsIsRefused(t *testing.T) {
	db := newDB(t)
	fill(t, db, "a", 3)
	ctx := t.Context()
	_, err := db.Exec(ctx, `
		ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
		CREATE POLICY one ON journal_entry FOR SELECT USING (seq = 1);
		GRANT USAGE ON SCHEMA journal TO pg_monitor;
		GRANT SELECT ON ALL TABLES IN SCHEMA journal TO pg_monitor`)
	if err != nil {
		t.Fatal(err)
	}
	err = fsck.Snapshot(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE pg_monitor"); err != nil {
			t.Fatal(err)
		}
		_, err := fsck.Check(ctx, tx, fsck.Options{}, &fsck.Findings{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("error %v", err)
	}
}
