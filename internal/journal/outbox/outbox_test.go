package outbox_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/outbox"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
)

func newRelay(t *testing.T) *outbox.Relay {
	t.Helper()
	pool := testkit.Migrated(t, os.DirFS("../../../migrations"), "journal")
	return &outbox.Relay{Pool: pool, Schema: "journal", Logger: slog.New(slog.DiscardHandler)}
}

// put puts a leaf that says so in a transaction, which ends as asked for.
func put(t *testing.T, pool *pgxpool.Pool, stream, says string, end error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		leaf := journal.Leaf{Key: proof.Key{7}, Frame: journal.Frame("test.v1.Note", [16]byte{1}, []byte(says))}
		return errors.Join(outbox.Put(t.Context(), tx, stream, leaf), end)
	})
}

// said returns what the leaves of a stream say, in their order.
func said(t *testing.T, pool *pgxpool.Pool, stream string) (all []string) {
	t.Helper()
	entries, err := journal.Entries(t.Context(), pool, stream, 0, journal.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		leaf, err := proof.ParseFrame(e.Frame)
		if err != nil || e.Key != (proof.Key{7}) {
			t.Fatalf("%v in the list %x", err, e.Key)
		}
		all = append(all, string(leaf.Payload))
	}
	return all
}

func TestWhatCommittedIsJournaledOnceInItsOrder(t *testing.T) {
	r := newRelay(t)
	var want []string
	for i := range 30 {
		says, end := fmt.Sprint(i), error(nil)
		if i%3 == 1 {
			end = errors.New("rolled back")
		} else {
			want = append(want, says)
		}
		if err := put(t, r.Pool, "a", says, end); (err == nil) != (end == nil) {
			t.Fatal(err)
		}
	}
	if err := put(t, r.Pool, "b", "other", nil); err != nil {
		t.Fatal(err)
	}
	for _, moved := range []int{len(want) + 1, 0} {
		if n, err := r.Move(t.Context()); n != moved || err != nil {
			t.Errorf("moved %d, want %d; %v", n, moved, err)
		}
		if got := said(t, r.Pool, "a"); !slices.Equal(got, want) {
			t.Errorf("journaled %q, want %q", got, want)
		}
		if got := said(t, r.Pool, "b"); !slices.Equal(got, []string{"other"}) {
			t.Errorf("journaled %q elsewhere", got)
		}
	}
}

// TestRelaysAtOnce has several relays and writers; every leaf is in the stream once.
func TestRelaysAtOnce(t *testing.T) {
	r := newRelay(t)
	const writers, each = 4, 25
	var group errgroup.Group
	for w := range writers {
		group.Go(func() error {
			for i := range each {
				if err := put(t, r.Pool, "a", fmt.Sprint(w, "/", i), nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range 3 {
		group.Go(func() error {
			for range each {
				if _, err := r.Move(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := said(t, r.Pool, "a")
	if slices.Sort(got); len(slices.Compact(got)) != writers*each {
		t.Errorf("%d leaves, want %d", len(got), writers*each)
	}
}

// TestALeafThatCannotBeAppendedStays refuses the append, and then does not.
func TestALeafThatCannotBeAppendedStays(t *testing.T) {
	r := newRelay(t)
	if err := put(t, r.Pool, "a", "one", nil); err != nil {
		t.Fatal(err)
	}
	exec := func(sql string) {
		if _, err := r.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("ALTER TABLE journal_entry ADD CONSTRAINT refuse_all CHECK (seq < 0)")
	if _, err := r.Move(t.Context()); err == nil {
		t.Error("moved into a journal that refuses it")
	}
	exec("ALTER TABLE journal_entry DROP CONSTRAINT refuse_all")
	if n, err := r.Move(t.Context()); n != 1 || err != nil {
		t.Errorf("moved %d, %v", n, err)
	}
	if got := said(t, r.Pool, "a"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("journaled %q", got)
	}
}
