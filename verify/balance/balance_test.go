package balance_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/sumtree"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/verify/balance"
)

// proofOf is the garage's proof in a tree with other accounts.
func proofOf(t *rapid.T) *settlementv1.BalanceProof {
	t.Helper()
	accounts := []sumtree.Account{{ID: "member:garage:available"}, {ID: "member:garage:held"}, {ID: "member:oem:available"}, {ID: "pool:holder"}}
	var total int64
	for i := range accounts {
		accounts[i].Balance = rapid.Int64Range(0, 1<<50).Draw(t, "balance")
		total += accounts[i].Balance
	}
	tree, err := sumtree.New(accounts, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	root := tree.Root()
	p := &settlementv1.BalanceProof{Cycle: "cycles/7", Member: "members/garage", Leaf: leaf(t, &settlementv1.JournaledClose{
		Cycle: "cycles/7", Root: root.Hash[:], Total: root.Sum, Reserve: total - 5, Unconfirmed: 3, Credit: 2,
	})}
	for _, a := range accounts[:2] {
		shown, err := tree.Prove(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		p.Balances = append(p.Balances, inTotal(a, shown))
	}
	return p
}

func leaf(t *rapid.T, m proto.Message) []byte {
	t.Helper()
	payload, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return proof.Frame(string(m.ProtoReflect().Descriptor().FullName()), [proof.SaltBytes]byte{1}, payload)
}

func inTotal(a sumtree.Account, p sumtree.Proof) *settlementv1.BalanceInTotal {
	m := &settlementv1.BalanceInTotal{Account: a.ID, Balance: a.Balance}
	for _, part := range p {
		one := &settlementv1.BalancePart{Index: int64(part.Index), Sum: part.Sum, Salt: part.Salt[:]}
		for _, n := range part.Siblings {
			one.Siblings = append(one.Siblings, &settlementv1.SumNode{Hash: n.Hash[:], Sum: n.Sum})
		}
		m.Parts = append(m.Parts, one)
	}
	return m
}

func TestAMemberFindsItsBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := proofOf(t)
		r, err := balance.Verify(p)
		if err != nil {
			t.Fatal(err)
		}
		if r.Member != "members/garage" || len(r.Balances) != 2 || !r.Covered() || r.Commitment != proof.Commit(p.GetLeaf()) {
			t.Fatalf("the report is %+v", r)
		}
	})
}

func TestNothingElseIsProven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := proofOf(t)
		b := rapid.SampledFrom(p.GetBalances()).Draw(t, "account")
		part := rapid.SampledFrom(b.GetParts()).Draw(t, "part")
		spoil := map[string]func(){
			"balance":            func() { b.Balance++ },
			"account of another": func() { b.Account = "member:oem:available" },
			"unknown account":    func() { b.Account += "x" },
			"account twice":      func() { p.Balances = append(p.Balances, b, b) },
			"member":             func() { p.Member = "members/oem" },
			"no member":          func() { p.Member = "" },
			"cycle":              func() { p.Cycle = "cycles/8" },
			"no leaf":            func() { p.Leaf = nil },
			"leaf of a transfer": func() { p.Leaf = leaf(t, &settlementv1.JournaledTransfer{}) },
			"other leaf": func() {
				p.Leaf = leaf(t, &settlementv1.JournaledClose{Cycle: "cycles/7", Root: make([]byte, 32), Total: 1})
			},
			"short root":     func() { p.Leaf = leaf(t, &settlementv1.JournaledClose{Cycle: "cycles/7", Root: make([]byte, 31)}) },
			"one part":       func() { b.Parts = b.Parts[:1] },
			"salt":           func() { part.Salt = part.Salt[1:] },
			"negative index": func() { part.Index = -1 },
			"sibling":        func() { part.Siblings[0].Hash = part.Siblings[0].Hash[1:] },
			"sibling's sum":  func() { part.Siblings[0].Sum++ },
			"sum":            func() { part.Sum++ },
		}
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(spoil))).Draw(t, "spoilt")
		spoil[name]()
		if _, err := balance.Verify(p); !errors.Is(err, balance.ErrRefused) {
			t.Fatalf("%s: %v", name, err)
		}
	})
}
