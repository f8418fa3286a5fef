package settlement

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// statementImport is one statement on its way into the ledger.
type statementImport struct {
	read      iso20022.Statement
	statement BankStatement
	now       time.Time
	posted    []Transfer
}

// run imports the statement, unless it was imported before. Payouts are locked first and accounts then, as the order of locks
// has it. The bank's account is among them, so statements, receipts and exports come one after another.
func (i *statementImport) run(ctx context.Context, tx BankTx) (err error) {
	i.posted = nil // of an earlier try
	b := &booking{}
	if b.payouts, err = tx.LockPayouts(ctx, i.payouts()); err != nil {
		return err
	}
	if b.balances, err = tx.LockAccounts(ctx, touchedBy(i.read, b.payouts)); err != nil {
		return err
	}
	switch recorded, found, err := tx.Statement(ctx, i.statement.ID); {
	case err != nil:
		return err
	case found && recorded.Hash != i.statement.Hash:
		return ErrStatementExists
	case found:
		i.statement = recorded
		return nil
	}
	if err := i.follows(ctx, tx); err != nil {
		return err
	}
	if b.receipts, err = tx.ReceiptAmounts(ctx, i.references()); err != nil {
		return err
	}
	return i.book(ctx, tx, b)
}

// payouts lists the ids of payouts that the statement may speak of.
func (i *statementImport) payouts() (ids []string) {
	for _, t := range i.read.Transactions {
		if id := payoutID(t.EndToEndID); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func (i *statementImport) references() []string {
	references := make([]string, len(i.read.Transactions))
	for n, t := range i.read.Transactions {
		references[n] = t.Reference
	}
	return references
}

// follows holds the statement to those before it.
func (i *statementImport) follows(ctx context.Context, tx BankTx) error {
	peg, err := tx.Peg(ctx)
	if err != nil {
		return err
	}
	if peg.Reserve != i.statement.Opening {
		return ErrStatementGap
	}
	known, err := tx.Entries(ctx, i.references())
	if err != nil {
		return err
	}
	for _, t := range i.read.Transactions {
		if _, duplicate := known[t.Reference]; duplicate {
			return ErrEntryDuplicate.WithField(t.Field)
		}
	}
	return nil
}

// book makes the entries' transfers and records the statement.
func (i *statementImport) book(ctx context.Context, tx BankTx, b *booking) error {
	i.statement.Entries = nil // of an earlier try
	for _, t := range i.read.Transactions {
		done, err := b.book(t)
		if err != nil {
			return err
		}
		if done.transfer != nil {
			done.transfer.ValueTime = valueTime(t.Booked, i.now)
			i.posted = append(i.posted, *done.transfer)
		}
		if err := b.record(ctx, tx, done); err != nil {
			return err
		}
		i.statement.Entries = append(i.statement.Entries, done.entry)
	}
	if err := tx.InsertStatement(ctx, i.statement); err != nil {
		return err
	}
	return tx.Audit(ctx, "ImportStatement", "bankStatements/"+i.statement.ID)
}

// record writes what an entry does, and remembers it for the entries that follow.
func (b *booking) record(ctx context.Context, tx BankTx, done booked) error {
	if done.transfer != nil {
		if err := post(ctx, tx, b.balances, *done.transfer); err != nil {
			return err
		}
	}
	if done.payout != nil {
		b.payouts[done.payout.ID] = *done.payout
		return tx.UpdatePayout(ctx, *done.payout)
	}
	if done.receipt != nil {
		return tx.InsertReceipt(ctx, *done.receipt)
	}
	return nil
}
