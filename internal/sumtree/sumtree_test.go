package sumtree_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/sumtree"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func draw(t *rapid.T) []sumtree.Account {
	accounts := make([]sumtree.Account, rapid.IntRange(1, 70).Draw(t, "accounts"))
	for i := range accounts {
		accounts[i] = sumtree.Account{ID: "account-" + strconv.Itoa(i), Balance: rapid.Int64Range(0, math.MaxInt64/100).Draw(t, "balance")}
	}
	return accounts
}

func TestEveryAccountFindsItselfInTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accounts := draw(t)
		tree := treeOf(t, rapid.Permutation(accounts).Draw(t, "order"))
		root, total := tree.Root(), int64(0)
		for _, a := range accounts {
			total += a.Balance
			if err := sumtree.Verify(root, a, proofOf(t, tree, a.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if root.Sum != total {
			t.Fatalf("the total is %d, want %d", root.Sum, total)
		}
		if treeOf(t, accounts).Root() != root {
			t.Fatal("the order of accounts changes the root")
		}
	})
}

// TestNothingElseIsProven spoils one thing of a proof after the other.
func TestNothingElseIsProven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accounts := draw(t)
		tree := treeOf(t, accounts)
		root, a := tree.Root(), rapid.SampledFrom(accounts).Draw(t, "whose")
		p := proofOf(t, tree, a.ID)
		part := &p[rapid.IntRange(0, 1).Draw(t, "part")]
		sibling := &part.Siblings[rapid.IntRange(0, len(part.Siblings)-1).Draw(t, "sibling")]
		spoil := map[string]func(){
			"balance":          func() { a.Balance++ },
			"balance in parts": func() { a.Balance++; part.Sum++ },
			"other division":   func() { p[0].Sum, p[1].Sum = p[0].Sum+1, p[1].Sum-1 },
			"id":               func() { a.ID += "x" },
			"no id":            func() { a.ID = "" },
			"salt":             func() { part.Salt[0] ^= 1 },
			"index":            func() { part.Index ^= 1 },
			"far index":        func() { part.Index |= 1 << 40 },
			"one part twice":   func() { p[0], a.Balance = p[1], 2*p[1].Sum },
			"parts exchanged":  func() { p[0], p[1] = p[1], p[0] },
			"total":            func() { root.Sum++ },
			"root":             func() { root.Hash[0] ^= 1 },
			"one too many":     func() { part.Siblings = append(part.Siblings, sumtree.Node{}) },
			"one too few":      func() { part.Siblings = part.Siblings[1:] },
			"both too short":   func() { p[0].Siblings, p[1].Siblings = nil, nil },
			"negative":         func() { a.Balance, part.Sum = -1, -1 },
			"sibling's sum":    func() { sibling.Sum++ },
			"sibling's hash":   func() { sibling.Hash[0] ^= 1 },
			"negative sibling": func() { sibling.Sum = -sibling.Sum - 1 },
			"overflow":         func() { sibling.Sum = math.MaxInt64 },
		}
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(spoil))).Draw(t, "spoilt")
		spoil[name]()
		if err := sumtree.Verify(root, a, p); !errors.Is(err, sumtree.ErrRefused) {
			t.Fatalf("%s: %v", name, err)
		}
	})
}

// TestADebtCannotBeHidden tries to shift a sum between the halves, of each of which an owner sees the other's sum.
func TestADebtCannotBeHidden(t *testing.T) {
	accounts := []sumtree.Account{{ID: "a", Balance: 70}, {ID: "b", Balance: 30}}
	tree := treeOf(t, accounts)
	root := tree.Root()
	root.Sum = 70 // the operator says that it owes less
	for _, a := range accounts {
		p := proofOf(t, tree, a.ID)
		for i := range p {
			last := len(p[i].Siblings) - 1
			p[i].Siblings[last].Sum -= 30
		}
		if err := sumtree.Verify(root, a, p); !errors.Is(err, sumtree.ErrRefused) {
			t.Errorf("%s: %v", a.ID, err)
		}
	}
}

// TestNoSubtreeShowsABalance looks for both leaves of an account below one sibling of somebody's proof.
func TestNoSubtreeShowsABalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accounts := draw(t)
		tree := treeOf(t, accounts)
		places := map[string][2]uint64{}
		for _, a := range accounts {
			p := proofOf(t, tree, a.ID)
			places[a.ID] = [2]uint64{p[0].Index, p[1].Index}
		}
		p := proofOf(t, tree, accounts[0].ID)
		for _, part := range p {
			for level := range part.Siblings {
				sibling := part.Index>>level ^ 1
				for id, place := range places {
					if place[0]>>level == sibling && place[1]>>level == sibling {
						t.Fatalf("a sibling %d above the leaves holds all of %s", level, id)
					}
				}
			}
		}
	})
}

// TestVector fixes the format: whoever verifies elsewhere computes the same.
func TestVector(t *testing.T) {
	accounts := []sumtree.Account{{ID: "member:garage:available", Balance: 25_000}, {ID: "member:oem:available", Balance: 1}, {ID: "pool:holder", Balance: 0}}
	root := treeOf(t, accounts).Root()
	const want = "2f8017751ea9a583d1eedaba4787d2478262a471e2bb328d755778358ed4be81"
	if got := hex.EncodeToString(root.Hash[:]); got != want || root.Sum != 25_001 {
		t.Errorf("root %s with %d, want %s", got, root.Sum, want)
	}
	other, err := sumtree.New(accounts, bytes.Repeat([]byte{1}, sumtree.KeyBytes))
	if err != nil || other.Root().Hash == root.Hash || other.Root().Sum != root.Sum {
		t.Error("another key does not change the hash alone")
	}
}

func TestWhatNoTreeIsMadeOf(t *testing.T) {
	for name, accounts := range map[string][]sumtree.Account{
		"negative":  {{ID: "a", Balance: -1}},
		"twice":     {{ID: "a"}, {ID: "b"}, {ID: "a"}},
		"no id":     {{Balance: 1}},
		"too large": {{ID: "a", Balance: math.MaxInt64}, {ID: "b", Balance: 1}},
	} {
		if _, err := sumtree.New(accounts, key); !errors.Is(err, sumtree.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sumtree.New(nil, key[1:]); !errors.Is(err, sumtree.ErrInvalid) {
		t.Errorf("a short key: %v", err)
	}
	empty := treeOf(t, nil)
	if _, err := empty.Prove(""); !errors.Is(err, sumtree.ErrInvalid) || empty.Root().Sum != 0 {
		t.Errorf("of no accounts: %v", err)
	}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func treeOf(t fataler, accounts []sumtree.Account) *sumtree.Tree {
	t.Helper()
	tree, err := sumtree.New(accounts, key)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func proofOf(t fataler, tree *sumtree.Tree, id string) sumtree.Proof {
	t.Helper()
	p, err := tree.Prove(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
