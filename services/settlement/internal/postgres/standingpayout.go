package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// MemberStandingPayout returns a member's standing payout, or settlement.ErrStandingPayoutNotFound.
func (s *Store) MemberStandingPayout(ctx context.Context, member string) (standing settlement.StandingPayout, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		row, err := q.TenantStandingPayout(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return settlement.ErrStandingPayoutNotFound
		}
		if err != nil {
			return fmt.Errorf("look up standing payout: %w", err)
		}
		standing = standingPayout(row)
		return nil
	})
	return standing, err
}

// DueStandingPayouts lists standing payouts to be carried out for the last closed month.
func (s *Store) DueStandingPayouts(ctx context.Context, limit int) ([]settlement.DuePayout, error) {
	rows, err := dbsqlc.New(s.owner).DueStandingPayouts(ctx, int32(limit)) //nolint:gosec // a small constant
	if err != nil {
		return nil, fmt.Errorf("list due standing payouts: %w", err)
	}
	due := make([]settlement.DuePayout, len(rows))
	for i, r := range rows {
		due[i] = settlement.DuePayout{StandingPayout: standingPayout(r.StandingPayout), Month: settlement.MonthOf(r.Month), Closing: r.Closing}
	}
	return due, nil
}

func (t *ledgerTx) SaveStandingPayout(ctx context.Context, s settlement.StandingPayout) error {
	err := t.q.SaveStandingPayout(ctx, dbsqlc.SaveStandingPayoutParams{
		Member: s.Member, CreditorName: s.Creditor.Name, CreditorIban: s.Creditor.IBAN, CreditorBic: s.Creditor.BIC, Keep: s.Keep, SetBy: s.SetBy,
	})
	if err != nil {
		return fmt.Errorf("save standing payout: %w", err)
	}
	return nil
}

func (t *ledgerTx) DeleteStandingPayout(ctx context.Context, member string) error {
	if err := t.q.DeleteStandingPayout(ctx, member); err != nil {
		return fmt.Errorf("delete standing payout: %w", err)
	}
	return nil
}

func (t *ledgerTx) PaidOutForMonth(ctx context.Context, month settlement.Month, member string) (bool, error) {
	paid, err := t.q.PaidOutForMonth(ctx, dbsqlc.PaidOutForMonthParams{Month: month.Start(), Member: member})
	if err != nil {
		return false, fmt.Errorf("look up payout of a month: %w", err)
	}
	return paid, nil
}

func (t *ledgerTx) InsertMonthPayout(ctx context.Context, month settlement.Month, member, payout string) error {
	params := dbsqlc.InsertMonthPayoutParams{Month: month.Start(), Member: member}
	if payout != "" {
		params.Payout = &payout
	}
	if err := t.q.InsertMonthPayout(ctx, params); err != nil {
		return fmt.Errorf("insert payout of a month: %w", err)
	}
	return nil
}

func standingPayout(r dbsqlc.StandingPayout) settlement.StandingPayout {
	return settlement.StandingPayout{
		Member: r.Member, Creditor: iso20022.Party{Name: r.CreditorName, IBAN: r.CreditorIban, BIC: r.CreditorBic}, Keep: r.Keep, SetBy: r.SetBy,
	}
}
