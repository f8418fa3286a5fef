package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
	"github.com/pcc-platform/pcc/services/settlement/iso20022/iso20022test"
)

const (
	consortiumIBAN = "DE89370400440532013000"
	euro           = settlement.Amount(10_000)
	// limit is what one person moves alone in these tests.
	limit = 1000 * euro
)

// bank is the use cases of the consortium's account over a ledger, with the statements that were imported so far.
type bank struct {
	*settlement.Bank
	*ledger
	closing    int64 // in cents
	statements int
}

func newBank(t *testing.T) *bank {
	t.Helper()
	l := newLedger(t)
	account := settlement.BankAccount{Party: iso20022.Party{Name: "PCC", IBAN: consortiumIBAN, BIC: "COBADEFFXXX"}, Limit: limit}
	l.Service = l.limited(l.store, limit)
	return &bank{Bank: settlement.NewBank(l.store, uncounted{}, account, l.clock.now), ledger: l}
}

// book imports a statement that follows the last one.
func (b *bank) book(t fataler, entries ...iso20022test.Entry) []settlement.BankEntry {
	t.Helper()
	b.statements++
	document := iso20022test.Statement(fmt.Sprintf("S%d", b.statements), consortiumIBAN, b.closing, entries...)
	s, _, err := b.ImportStatement(asService(context.Background()), document)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b.closing += e.Cents
	}
	return s.Entries
}

func payoutRequest(member string, amount settlement.Amount, by string) settlement.PayoutRequest {
	return settlement.PayoutRequest{
		RequestID: uuid.NewString(), Member: member, Amount: amount, By: by,
		Creditor: iso20022.Party{Name: "Garage du Lac", IBAN: "FR1420041010050500013M02606"},
	}
}

func (b *bank) request(t fataler, member string, amount settlement.Amount) settlement.Payout {
	t.Helper()
	p, err := b.RequestPayout(asService(context.Background()), payoutRequest(member, amount, member+"/first"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (b *bank) export(t fataler) settlement.PayoutBatch {
	t.Helper()
	batch, err := b.ExportPayouts(asService(context.Background()), uuid.NewString())
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func endToEnd(p settlement.Payout) string { return strings.ReplaceAll(p.ID, "-", "") }

// wantPeg compares ledger and bank, and holds the trial balance.
func (b *bank) wantPeg(t fataler, holds bool) {
	t.Helper()
	peg, err := b.CheckPeg(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if peg.Holds() != holds {
		t.Fatalf("the peg holds: %v, want %v: %+v", peg.Holds(), holds, peg)
	}
	b.mustBalance(t)
}

func (b *bank) wantAvailable(t fataler, member string, want settlement.Amount) {
	t.Helper()
	if got, _ := b.balances(t, member); got != want {
		t.Fatalf("%s has %s available, want %s", member, got, want)
	}
}

func (b *bank) wantPegOnly(t fataler, holds bool) {
	t.Helper()
	if peg, err := b.CheckPeg(context.Background()); err != nil || peg.Holds() != holds {
		t.Fatalf("the peg holds: %v, want %v: %+v, %v", peg.Holds(), holds, peg, err)
	}
}
