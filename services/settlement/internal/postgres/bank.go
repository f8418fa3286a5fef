package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// InBankTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InBankTx(ctx context.Context, f func(settlement.BankTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return f(&ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish})
	})
}

// Peg sums ledger and bank as one statement sees them.
func (s *Store) Peg(ctx context.Context) (settlement.Peg, error) {
	return peg(ctx, dbsqlc.New(s.owner))
}

func (t *ledgerTx) Peg(ctx context.Context) (settlement.Peg, error) { return peg(ctx, t.q) }

func peg(ctx context.Context, q *dbsqlc.Queries) (settlement.Peg, error) {
	row, err := q.Peg(ctx)
	if err != nil {
		return settlement.Peg{}, fmt.Errorf("sum ledger and bank: %w", err)
	}
	return settlement.Peg{
		Owed: settlement.Amount(row.Owed), Total: settlement.Amount(row.Total), Credit: settlement.Amount(row.Credit), Reserve: settlement.Amount(row.Reserve),
		Statement: row.Statement, Unconfirmed: settlement.Amount(row.Unconfirmed),
	}, nil
}

func (t *ledgerTx) ReceiptAmounts(ctx context.Context, bankReferences []string) (map[string]settlement.Amount, error) {
	rows, err := t.q.ReceiptAmounts(ctx, bankReferences)
	if err != nil {
		return nil, fmt.Errorf("look up receipts: %w", err)
	}
	amounts := make(map[string]settlement.Amount, len(rows))
	for _, r := range rows {
		amounts[r.BankReference] = r.Amount
	}
	return amounts, nil
}

func (t *ledgerTx) ReceiptProposal(ctx context.Context, bankReference string) (settlement.ReceiptProposal, bool, error) {
	row, err := t.q.ReceiptProposal(ctx, bankReference)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.ReceiptProposal{}, false, nil
	}
	if err != nil {
		return settlement.ReceiptProposal{}, false, fmt.Errorf("look up proposed receipt: %w", err)
	}
	return settlement.ReceiptProposal{BankReference: bankReference, Member: row.Member, Amount: row.Amount, By: row.ProposedBy}, true, nil
}

func (t *ledgerTx) InsertReceiptProposal(ctx context.Context, p settlement.ReceiptProposal) error {
	err := t.q.InsertReceiptProposal(ctx, dbsqlc.InsertReceiptProposalParams{
		BankReference: p.BankReference, Member: p.Member, Amount: p.Amount, ProposedBy: p.By,
	})
	if err != nil {
		return fmt.Errorf("insert proposed receipt: %w", err)
	}
	return nil
}

func (t *ledgerTx) Statement(ctx context.Context, id string) (settlement.BankStatement, bool, error) {
	row, err := t.q.BankStatement(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.BankStatement{}, false, nil
	}
	if err != nil {
		return settlement.BankStatement{}, false, fmt.Errorf("look up statement: %w", err)
	}
	entries, err := t.q.StatementEntries(ctx, id)
	if err != nil {
		return settlement.BankStatement{}, false, fmt.Errorf("list entries: %w", err)
	}
	s := settlement.BankStatement{ID: id, Opening: row.Opening, Closing: row.Closing}
	copy(s.Hash[:], row.Hash)
	for _, e := range entries {
		s.Entries = append(s.Entries, bankEntry(e))
	}
	return s, true, nil
}

func (t *ledgerTx) InsertStatement(ctx context.Context, s settlement.BankStatement) error {
	err := t.q.InsertBankStatement(ctx, dbsqlc.InsertBankStatementParams{
		ID: s.ID, Opening: s.Opening, Closing: s.Closing, Hash: s.Hash[:], CreatedAt: t.at,
	})
	if err != nil {
		return fmt.Errorf("insert statement: %w", err)
	}
	rows := dbsqlc.InsertBankEntriesParams{Statement: s.ID}
	for i, e := range s.Entries {
		rows.BankReferences = append(rows.BankReferences, e.Reference)
		rows.Positions = append(rows.Positions, int32(i+1)) //nolint:gosec // as many as fit a document
		rows.Amounts = append(rows.Amounts, int64(e.Amount))
		rows.Outcomes = append(rows.Outcomes, string(e.Outcome))
		rows.Members = append(rows.Members, e.Member)
		rows.Payouts = append(rows.Payouts, e.Payout)
	}
	if err := t.q.InsertBankEntries(ctx, rows); err != nil {
		return fmt.Errorf("insert entries: %w", err)
	}
	return nil
}

func (t *ledgerTx) Entries(ctx context.Context, references []string) (map[string]settlement.BankEntry, error) {
	rows, err := t.q.BankEntries(ctx, references)
	if err != nil {
		return nil, fmt.Errorf("look up entries: %w", err)
	}
	entries := make(map[string]settlement.BankEntry, len(rows))
	for _, r := range rows {
		entries[r.Reference] = bankEntry(r)
	}
	return entries, nil
}

func (t *ledgerTx) WriteOff(ctx context.Context, reference string) (settlement.WriteOff, bool, error) {
	row, err := t.q.WriteOff(ctx, reference)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.WriteOff{}, false, nil
	}
	if err != nil {
		return settlement.WriteOff{}, false, fmt.Errorf("look up write-off: %w", err)
	}
	return settlement.WriteOff{Reference: reference, Amount: row.Amount, ProposedBy: row.ProposedBy, ApprovedBy: row.ApprovedBy}, true, nil
}

func (t *ledgerTx) InsertWriteOff(ctx context.Context, w settlement.WriteOff) error {
	err := t.q.InsertWriteOff(ctx, dbsqlc.InsertWriteOffParams{Reference: w.Reference, Amount: w.Amount, ProposedBy: w.ProposedBy})
	if err != nil {
		return fmt.Errorf("insert write-off: %w", err)
	}
	return nil
}

func (t *ledgerTx) ApproveWriteOff(ctx context.Context, w settlement.WriteOff) error {
	n, err := t.q.ApproveWriteOff(ctx, dbsqlc.ApproveWriteOffParams{Reference: w.Reference, ApprovedBy: w.ApprovedBy})
	if err != nil {
		return fmt.Errorf("approve write-off: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("approve write-off: none of %s is open", w.Reference)
	}
	return nil
}

func bankEntry(r dbsqlc.BankEntry) settlement.BankEntry {
	e := settlement.BankEntry{Reference: r.Reference, Amount: r.Amount, Outcome: settlement.EntryOutcome(r.Outcome), Member: r.Member}
	if r.Payout != nil {
		e.Payout = *r.Payout
	}
	return e
}
