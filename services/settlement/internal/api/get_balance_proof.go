package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/sumtree"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// GetBalanceProof implements pcc.settlement.v1.CycleService.
func (s *Cycles) GetBalanceProof(ctx context.Context, req *settlementv1.GetBalanceProofRequest) (*settlementv1.GetBalanceProofResponse, error) {
	number, err := cycleOf(req.GetName())
	if err != nil {
		return nil, err
	}
	member := authn.FromContext(ctx).Member
	closed, proofs, err := s.Closer.ProveBalances(ctx, member, number)
	if err != nil {
		return nil, err
	}
	m := &settlementv1.BalanceProof{
		Cycle: cycleName(number), Member: nameOf(members, member),
		Stream: settlement.JournalStream, Leaf: closed.Leaf, JournaledAfter: closed.JournaledAfter,
	}
	for _, p := range proofs {
		m.Balances = append(m.Balances, balanceMessage(p))
	}
	return &settlementv1.GetBalanceProofResponse{Proof: m}, nil
}

func balanceMessage(p settlement.AccountProof) *settlementv1.BalanceInTotal {
	m := &settlementv1.BalanceInTotal{Account: string(p.ID), Balance: int64(p.Balance)}
	for _, part := range p.Proof {
		m.Parts = append(m.Parts, partMessage(part))
	}
	return m
}

func partMessage(p sumtree.Part) *settlementv1.BalancePart {
	m := &settlementv1.BalancePart{Index: int64(p.Index), Sum: p.Sum, Salt: p.Salt[:]} //nolint:gosec // below the leaves of a tree
	for _, n := range p.Siblings {
		m.Siblings = append(m.Siblings, &settlementv1.SumNode{Hash: n.Hash[:], Sum: n.Sum})
	}
	return m
}
