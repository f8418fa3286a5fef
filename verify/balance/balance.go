// Package balance verifies offline that the balances of a member are in the total of a closed cycle of the ledger, as the journal
// has it (docs/settlement.md).
//
// It shows that the leaf of the journal commits to the balances. That the leaf is in the journal, and the journal on the ledger, is
// shown by the leaf's commitment (Report.Commitment), which is an entry of the stream.
package balance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/sumtree"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// ErrRefused says that a proof does not show what it should.
var ErrRefused = errors.New("balance: refused")

// maxBalances bounds the accounts of one member.
const maxBalances = 1000

// Report is what a verified proof shows.
type Report struct {
	Member string
	// Close is what the journal says of the cycle.
	Close *settlementv1.JournaledClose
	// Balances are those of the member that are in the total, by account.
	Balances []*settlementv1.BalanceInTotal
	// Commitment is the entry's of the journal, by which the leaf is found there.
	Commitment proof.Hash
}

// Covered says whether, by the journal, the total equals what covers it: reserve, unconfirmed receipts and credit drawn.
func (r Report) Covered() bool {
	return r.Close.GetTotal()-r.Close.GetReserve()-r.Close.GetUnconfirmed() == r.Close.GetCredit()
}

// Verify checks a proof. The error wraps ErrRefused.
func Verify(p *settlementv1.BalanceProof) (Report, error) {
	closed, err := closeOf(p)
	if err != nil {
		return Report{}, err
	}
	r := Report{Member: p.GetMember(), Close: closed, Balances: p.GetBalances(), Commitment: proof.Commit(p.GetLeaf())}
	root := sumtree.Node{Hash: [len(sumtree.Node{}.Hash)]byte(closed.GetRoot()), Sum: closed.GetTotal()}
	member, ok := strings.CutPrefix(p.GetMember(), "members/")
	if !ok || len(p.GetBalances()) > maxBalances {
		return Report{}, fmt.Errorf("%w: the member's name, or more than %d balances", ErrRefused, maxBalances)
	}
	last := ""
	for _, b := range p.GetBalances() {
		if !strings.HasPrefix(b.GetAccount(), "member:"+member+":") || b.GetAccount() <= last {
			return Report{}, fmt.Errorf("%w: the accounts are not the member's, each once", ErrRefused)
		}
		last = b.GetAccount()
		if err := verify(root, b); err != nil {
			return Report{}, err
		}
	}
	return r, nil
}

// closeOf reads the leaf.
func closeOf(p *settlementv1.BalanceProof) (*settlementv1.JournaledClose, error) {
	closed := &settlementv1.JournaledClose{}
	leaf, err := proof.ParseFrame(p.GetLeaf())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if leaf.Type != string(closed.ProtoReflect().Descriptor().FullName()) {
		return nil, fmt.Errorf("%w: the leaf is of type %s", ErrRefused, leaf.Type)
	}
	if err := proto.Unmarshal(leaf.Payload, closed); err != nil {
		return nil, fmt.Errorf("%w: the leaf: %w", ErrRefused, err)
	}
	if closed.GetCycle() != p.GetCycle() || len(closed.GetRoot()) != len(sumtree.Node{}.Hash) {
		return nil, fmt.Errorf("%w: the leaf is of %s", ErrRefused, closed.GetCycle())
	}
	return closed, nil
}

func verify(root sumtree.Node, b *settlementv1.BalanceInTotal) error {
	var p sumtree.Proof
	if len(b.GetParts()) != len(p) {
		return fmt.Errorf("%w: %d parts of %s", ErrRefused, len(b.GetParts()), b.GetAccount())
	}
	for i, part := range b.GetParts() {
		var err error
		if p[i], err = partOf(part); err != nil {
			return err
		}
	}
	if err := sumtree.Verify(root, sumtree.Account{ID: b.GetAccount(), Balance: b.GetBalance()}, p); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrRefused, b.GetAccount(), err)
	}
	return nil
}

func partOf(m *settlementv1.BalancePart) (sumtree.Part, error) {
	wrong := slices.ContainsFunc(m.GetSiblings(), func(n *settlementv1.SumNode) bool { return len(n.GetHash()) != len(sumtree.Node{}.Hash) })
	if wrong || len(m.GetSalt()) != sumtree.SaltBytes || m.GetIndex() < 0 {
		return sumtree.Part{}, fmt.Errorf("%w: no such leaf can be", ErrRefused)
	}
	p := sumtree.Part{Sum: m.GetSum(), Salt: sumtree.Salt(m.GetSalt()), Index: uint64(m.GetIndex())}
	for _, n := range m.GetSiblings() {
		p.Siblings = append(p.Siblings, sumtree.Node{Hash: [len(sumtree.Node{}.Hash)]byte(n.GetHash()), Sum: n.GetSum()})
	}
	return p, nil
}
