package postgres_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/outbox"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// journaled moves what waits and returns the journal's transfers, each as a line of the books.
func (l *ledger) journaled(t *testing.T) (lines []string) {
	t.Helper()
	relay := &outbox.Relay{Pool: l.owner, Schema: "settlement", Logger: slog.New(slog.DiscardHandler)}
	if _, err := relay.Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, err := journal.Entries(t.Context(), l.owner, "settlement/ledger", 0, journal.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		leaf, err := proof.ParseFrame(e.Frame)
		if err != nil {
			t.Fatal(err)
		}
		transfer := &settlementv1.JournaledTransfer{}
		if err := proto.Unmarshal(leaf.Payload, transfer); err != nil || leaf.Type != "pcc.settlement.v1.JournaledTransfer" || e.Key != (proof.Key{}) {
			t.Fatalf("a %s in the list %x, %v", leaf.Type, e.Key, err)
		}
		for _, p := range transfer.GetPostings() {
			lines = append(lines, fmt.Sprint(transfer.GetTransfer(), " ", transfer.GetKind(), " ", fmt.Sprintf("%x", transfer.GetInputHash()), " ",
				transfer.GetCreateTime().AsTime().UnixMicro(), " ", p.GetAccount(), " ", p.GetAmount()))
		}
	}
	slices.Sort(lines)
	return lines
}

// posted returns the books, as the tables have them.
func (l *ledger) posted(t *testing.T) (lines []string) {
	t.Helper()
	rows, err := l.owner.Query(t.Context(), `
		SELECT concat_ws(' ', 'transfers/' || t.id, t.kind, encode(t.input_hash, 'hex'), (extract(epoch FROM t.created_at) * 1000000)::bigint, p.account, p.amount)
		FROM transfer t JOIN posting p ON p.transfer = t.id`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	slices.Sort(lines)
	return lines
}

// TestTheJournalHasTheBooks posts all kinds of transfers at once, some of which are refused or lost.
func TestTheJournalHasTheBooks(t *testing.T) {
	l := newLedger(t)
	members := []string{"dealer", "garage", "insurer"}
	for _, m := range members {
		l.admit(t, m, 6*price)
	}
	c := &crashing{Store: l.store, ledger: l, at: written, crashes: manyCrashes}
	if _, err := l.over(c).HoldRead(asService(t.Context()), request("garage")); err == nil {
		t.Fatal("the hold survived the crash")
	}
	for _, err := range together(24, func(i int) error {
		read, err := l.HoldRead(asService(t.Context()), request(members[i%len(members)]))
		if err != nil {
			return err
		}
		if i%4 == 3 {
			_, err = l.VoidRead(asService(t.Context()), read.ID)
		} else {
			_, err = l.CaptureRead(asService(t.Context()), read.ID, nil)
		}
		return err
	}) {
		if err != nil && !errors.Is(err, settlement.ErrInsufficientFunds) {
			t.Error(err)
		}
	}
	got, want := l.journaled(t), l.posted(t)
	if !slices.Equal(got, want) || len(want) < 60 {
		t.Errorf("the journal has %d postings, the books have %d:\n%q\n%q", len(got), len(want), got, want)
	}
}
