package postgres

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// shareRow is a share as the column "shares" holds it; the amount is in ten-thousandths.
type shareRow struct {
	Kind        settlement.ShareKind `json:"kind"`
	Account     settlement.AccountID `json:"account"`
	Amount      settlement.Amount    `json:"amount"`
	Explanation string               `json:"explanation"`
}

func marshalShares(shares []settlement.Share) ([]byte, error) {
	rows := make([]shareRow, len(shares))
	for i, s := range shares {
		rows[i] = shareRow(s)
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("marshal shares: %w", err)
	}
	return raw, nil
}

func unmarshalShares(raw []byte) ([]settlement.Share, error) {
	var rows []shareRow
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("unmarshal shares: %w", err)
	}
	shares := make([]settlement.Share, len(rows))
	for i, r := range rows {
		shares[i] = settlement.Share(r)
	}
	return shares, nil
}

// contributionRow is a contribution as the column "contributions" holds it.
type contributionRow struct {
	Member  string `json:"member"`
	Field   string `json:"field"`
	Quality int64  `json:"quality"`
}

func marshalContributions(contributions []settlement.Contribution) ([]byte, error) {
	rows := make([]contributionRow, len(contributions))
	for i, c := range contributions {
		rows[i] = contributionRow(c)
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("marshal contributions: %w", err)
	}
	return raw, nil
}

func unmarshalContributions(raw []byte) (contributions []settlement.Contribution, err error) {
	var rows []contributionRow
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("unmarshal contributions: %w", err)
	}
	for _, r := range rows {
		contributions = append(contributions, settlement.Contribution(r))
	}
	return contributions, nil
}

// oneRead turns the outcome of a query for one read into the domain's.
func oneRead(row dbsqlc.Read, err error) (settlement.Read, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Read{}, settlement.ErrReadNotFound
	}
	if err != nil {
		return settlement.Read{}, fmt.Errorf("look up read: %w", err)
	}
	return read(row)
}

// allReads turns the outcome of a query for reads into the domain's.
func allReads(rows []dbsqlc.Read, err error) ([]settlement.Read, error) {
	if err != nil {
		return nil, fmt.Errorf("look up reads: %w", err)
	}
	reads := make([]settlement.Read, len(rows))
	for i, row := range rows {
		if reads[i], err = read(row); err != nil {
			return nil, err
		}
	}
	return reads, nil
}

func read(row dbsqlc.Read) (settlement.Read, error) {
	shares, err := unmarshalShares(row.Shares)
	if err != nil {
		return settlement.Read{}, err
	}
	contributions, err := unmarshalContributions(row.Contributions)
	if err != nil {
		return settlement.Read{}, err
	}
	r := settlement.Read{
		ID: row.ID, Payer: row.Member, Product: row.Product, Passport: row.Passport, Price: row.Price,
		State: settlement.ReadState(row.State), Shares: shares, SplitVersion: int(row.SplitVersion), Contributions: contributions,
		CreateTime: row.CreatedAt,
	}
	if row.CapturedAt != nil {
		r.CaptureTime = *row.CapturedAt
	}
	copy(r.RequestHash[:], row.RequestHash)
	return r, nil
}
