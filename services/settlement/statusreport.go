package settlement

import (
	"context"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// ImportStatusReport gives back the payouts that the bank refuses by a pain.002 document, and returns them with the message that they
// were exported by. What it accepts changes nothing: that it paid is what its statement shows. The same report again changes nothing.
// Errors: those of iso20022.ReadStatusReport, ErrBatchNotFound, ErrPayoutNotFound (a payment of another message), ErrPayoutState (one
// that was paid). They have the path of the element as their field.
func (b *Bank) ImportStatusReport(ctx context.Context, document []byte) (batch string, rejected []Payout, err error) {
	report, err := iso20022.ReadStatusReport(document)
	if err != nil {
		return "", nil, err
	}
	batch = payoutID(report.Message)
	if batch == "" {
		return "", nil, ErrBatchNotFound
	}
	var posted []Transfer
	err = b.store.InBankTx(ctx, func(tx BankTx) (err error) {
		rejected, posted, err = reject(ctx, tx, batch, report)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	b.count(ctx, posted...)
	return batch, rejected, nil
}

func reject(ctx context.Context, tx BankTx, batch string, report iso20022.StatusReport) (rejected []Payout, posted []Transfer, err error) {
	exported, err := tx.LockBatch(ctx, batch)
	if err != nil {
		return nil, nil, err
	}
	if len(exported) == 0 {
		return nil, nil, ErrBatchNotFound
	}
	refusals, err := refusalsOf(report, exported)
	if err != nil {
		return nil, nil, err
	}
	accounts := []AccountID{SuspensePayout}
	for _, p := range exported {
		accounts = append(accounts, Available(p.Member))
	}
	balances, err := lock(ctx, tx, accounts)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range exported {
		refusal, refused := refusals[p.ID]
		if !refused {
			continue
		}
		if p.State != PayoutRejected { // by hand, or by the report before
			var t Transfer
			if p, t, err = p.giveBack(PayoutRejected); err != nil {
				return nil, nil, ErrPayoutState.WithField(refusal.Field)
			}
			p.Rejection = refusal.Code
			if err := post(ctx, tx, balances, t); err != nil {
				return nil, nil, err
			}
			if err := tx.UpdatePayout(ctx, p); err != nil {
				return nil, nil, err
			}
			posted = append(posted, t)
		}
		rejected = append(rejected, p)
	}
	return rejected, posted, tx.Audit(ctx, "ImportStatusReport", "payoutBatches/"+batch)
}

// refusalsOf is what a report refuses of the payouts of a message, by their ids.
func refusalsOf(report iso20022.StatusReport, exported []Payout) (map[string]iso20022.RefusedPayment, error) {
	known := make(map[string]bool, len(exported))
	refusals := make(map[string]iso20022.RefusedPayment, len(exported))
	for _, p := range exported {
		known[p.ID] = true
		if report.Refusal != nil {
			refusals[p.ID] = iso20022.RefusedPayment{Refusal: *report.Refusal, Field: "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts"}
		}
	}
	for _, r := range report.Refused {
		id := payoutID(r.EndToEndID)
		if !known[id] {
			return nil, ErrPayoutNotFound.WithField(r.Field)
		}
		refusals[id] = r
	}
	return refusals, nil
}
