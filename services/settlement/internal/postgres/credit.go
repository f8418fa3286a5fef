package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// InCreditTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InCreditTx(ctx context.Context, f func(settlement.CreditTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return f(&ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish})
	})
}

// MemberCredit returns a member's contract, its open loans and those repaid last.
func (s *Store) MemberCredit(ctx context.Context, member string) (c settlement.Contract, found bool, loans []settlement.Loan, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		contracts, all, err := credit(ctx, q, []string{member}, nil)
		if err == nil && len(contracts) > 0 {
			c, found, loans = contracts[0], true, all
		}
		return err
	})
	return c, found, loans, err
}

// MemberLoans lists loans of a member by id.
func (s *Store) MemberLoans(ctx context.Context, member, after string, limit int) (loans []settlement.Loan, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.TenantLoans(ctx, dbsqlc.TenantLoansParams{
			After: cmp.Or(after, firstID), MaxRows: int32(limit), //nolint:gosec // at most a page and one
		})
		if err != nil {
			return fmt.Errorf("list loans: %w", err)
		}
		for _, r := range rows {
			loans = append(loans, loan(r.Loan, r.CreditContract))
		}
		return nil
	})
	return loans, err
}

func (t *ledgerTx) Credit(ctx context.Context, members, loans []string) ([]settlement.Contract, []settlement.Loan, error) {
	return credit(ctx, t.q, members, loans)
}

func credit(ctx context.Context, q *dbsqlc.Queries, members, ids []string) (contracts []settlement.Contract, loans []settlement.Loan, err error) {
	agreed, err := q.Contracts(ctx, members)
	if err != nil {
		return nil, nil, fmt.Errorf("look up contracts: %w", err)
	}
	for _, r := range agreed {
		contracts = append(contracts, contract(r))
	}
	rows, err := q.LoansOf(ctx, dbsqlc.LoansOfParams{Members: members, Ids: ids, Most: settlement.BehaviourLoans})
	if err != nil {
		return nil, nil, fmt.Errorf("look up loans: %w", err)
	}
	for _, r := range rows {
		loans = append(loans, loan(r.Loan, r.CreditContract))
	}
	return contracts, loans, nil
}

func (t *ledgerTx) RequestedContract(ctx context.Context, requestID string) (settlement.Contract, bool, error) {
	row, err := t.q.RequestedContract(ctx, requestID)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Contract{}, false, nil
	}
	if err != nil {
		return settlement.Contract{}, false, fmt.Errorf("look up requested contract: %w", err)
	}
	return contract(row), true, nil
}

func (t *ledgerTx) LastContract(ctx context.Context, member string) (int, error) {
	last, err := t.q.LastContract(ctx, member)
	if err != nil {
		return 0, fmt.Errorf("look up last contract: %w", err)
	}
	return int(last), nil
}

func (t *ledgerTx) InsertContract(ctx context.Context, c settlement.Contract, requestID string) error {
	err := t.q.InsertContract(ctx, dbsqlc.InsertContractParams{
		Member: c.Member, Version: int32(c.Version), Cap: c.Cap, Fee: int32(c.Fee), Interest: int32(c.Interest), //nolint:gosec // counted by ones; at most a million
		GraceDays: int32(c.GraceDays), Penalty: int32(c.Penalty), MaxPenalty: int32(c.MaxPenalty), //nolint:gosec // at most a year; at most a million
		RequestID: requestID, CreatedAt: c.CreateTime,
	})
	if err != nil {
		return fmt.Errorf("insert contract: %w", err)
	}
	return nil
}

func (t *ledgerTx) SetOverdraft(ctx context.Context, account settlement.AccountID, overdraft settlement.Amount) error {
	n, err := t.q.SetOverdraft(ctx, dbsqlc.SetOverdraftParams{Account: string(account), Overdraft: int64(overdraft)})
	if err != nil {
		return fmt.Errorf("set overdraft: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("set overdraft: there is no %s", account)
	}
	return nil
}

func (t *ledgerTx) saveLoans(ctx context.Context, loans []settlement.Loan) error {
	var rows dbsqlc.SaveLoansParams
	for _, l := range loans {
		rows.Ids, rows.Members, rows.Reads = append(rows.Ids, l.ID), append(rows.Members, l.Member), append(rows.Reads, l.Read)
		rows.ContractVersions = append(rows.ContractVersions, int32(l.ContractVersion)) //nolint:gosec // counted by ones
		rows.Principals, rows.Outstandings = append(rows.Principals, int64(l.Principal)), append(rows.Outstandings, int64(l.Outstanding))
		rows.Charges, rows.Penalties = append(rows.Charges, int64(l.Charges)), append(rows.Penalties, int64(l.Penalty))
		rows.ChargedAt, rows.CreatedAt = append(rows.ChargedAt, l.ChargeTime), append(rows.CreatedAt, l.CreateTime)
		rows.DueAt, rows.RepaidAt = append(rows.DueAt, l.DueTime), append(rows.RepaidAt, l.RepayTime)
	}
	if err := t.q.SaveLoans(ctx, rows); err != nil {
		return fmt.Errorf("save loans: %w", err)
	}
	return nil
}

func contract(r dbsqlc.CreditContract) settlement.Contract {
	return settlement.Contract{
		Member: r.Member, Version: int(r.Version), CreateTime: r.CreatedAt,
		Terms: settlement.Terms{
			Cap: r.Cap, Fee: ppm(r.Fee), Interest: ppm(r.Interest), GraceDays: int(r.GraceDays), Penalty: ppm(r.Penalty), MaxPenalty: ppm(r.MaxPenalty),
		},
	}
}

func ppm(rate int32) settlement.PPM { return settlement.PPM(rate) } //nolint:gosec // a constraint keeps it from being negative

func loan(r dbsqlc.Loan, c dbsqlc.CreditContract) settlement.Loan {
	l := settlement.Loan{
		ID: r.ID, Member: r.Member, ContractVersion: int(r.ContractVersion), Terms: contract(c).Terms, Principal: r.Principal,
		Outstanding: r.Outstanding, Charges: r.Charges, Penalty: r.Penalty, ChargeTime: r.ChargedAt, CreateTime: r.CreatedAt, DueTime: r.DueAt,
	}
	if r.Read != nil {
		l.Read = *r.Read
	}
	if r.RepaidAt != nil {
		l.RepayTime = *r.RepaidAt
	}
	return l
}
