package api

import (
	"context"
	"strings"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// HoldRead implements the RPC.
func (s *Server) HoldRead(ctx context.Context, req *settlementv1.HoldReadRequest) (*settlementv1.HoldReadResponse, error) {
	payer, err := aip.ID(req.GetPayer(), members, "payer")
	if err != nil {
		return nil, err
	}
	passport, err := uuidOf(req.GetPassport(), passports, "passport")
	if err != nil {
		return nil, err
	}
	maxPrice := settlement.MaxAmount
	if req.GetMaxPrice() != "" {
		if maxPrice, err = settlement.ParseAmount(req.GetMaxPrice()); err != nil {
			return nil, settlement.ErrAmountInvalid.WithField("max_price")
		}
	}
	quote := ""
	if req.GetQuote() != "" {
		if quote, err = uuidOf(req.GetQuote(), quotes, "quote"); err != nil {
			return nil, settlement.ErrQuoteNotFound
		}
	}
	held, err := s.ledger.HoldRead(ctx, settlement.HoldRequest{
		RequestID: strings.ToLower(req.GetRequestId()), Payer: payer, Product: req.GetProduct(), Passport: passport, MaxPrice: maxPrice, Quote: quote,
		AllowCredit: req.GetAllowCredit(),
	})
	if err != nil {
		return nil, err
	}
	return &settlementv1.HoldReadResponse{Read: readMessage(held)}, nil
}
