package sumtree

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

var (
	// ErrInvalid says that accounts are not what a tree can be made of.
	ErrInvalid = errors.New("sumtree: invalid accounts")
	// ErrRefused says that a proof does not show what it should.
	ErrRefused = errors.New("sumtree: refused")
)

const (
	// SaltBytes is the length of a leaf's salt.
	SaltBytes = 16
	// KeyBytes is the length of the secret key of a tree.
	KeyBytes = 32
	// MaxIDBytes bounds an account's id.
	MaxIDBytes = 200
	// MaxAccounts bounds a tree.
	MaxAccounts = 1 << 20

	// parts is how many leaves an account has; maxDepth is how far they are from the root at most.
	parts    = 2
	maxDepth = 21

	leafPrefix, nodePrefix byte = 0x00, 0x01
)

// Account is an account with its balance.
type Account struct {
	ID string
	// Balance is not negative.
	Balance int64
}

// Node is a subtree: a hash over all that is below, and the sum of its balances.
type Node struct {
	Hash [sha256.Size]byte
	Sum  int64
}

// Salt is the random part of a leaf.
type Salt [SaltBytes]byte

// Part is one leaf of an account, and its way to the root.
type Part struct {
	Sum  int64
	Salt Salt
	// Index is the leaf's number, from 0.
	Index uint64
	// Siblings are from the leaf to the root.
	Siblings []Node
}

// Proof shows an account's owner that its balance is in a total. Its parts are in the first and in the second half of the tree.
type Proof [parts]Part

// Tree commits to accounts. It never changes.
type Tree struct {
	// levels are the nodes from the leaves to the root.
	levels [][]Node
	// leaves are where the parts of each account are.
	leaves map[string]Proof
}

// leaf is one part of an account before it has its place.
type leaf struct {
	id   string
	sum  int64
	salt Salt
}

// New makes the tree of accounts, in any order. The key is secret, of KeyBytes, and of this tree alone. The error wraps ErrInvalid.
func New(accounts []Account, key []byte) (*Tree, error) {
	if err := check(accounts, key); err != nil {
		return nil, err
	}
	half := 1 << bits.Len(uint(max(len(accounts), 1)-1))
	t := &Tree{leaves: make(map[string]Proof, len(accounts))}
	var nodes []Node
	for part := range parts {
		leaves := make([]leaf, 0, half)
		for _, a := range accounts {
			leaves = append(leaves, leaf{a.ID, split(key, a)[part], Salt(derive(key, "salt", part, []byte(a.ID)))})
		}
		for i := len(accounts); i < half; i++ {
			leaves = append(leaves, leaf{salt: Salt(derive(key, "filler", part, binary.BigEndian.AppendUint64(nil, uint64(i))))}) // #nosec G115 -- not negative
		}
		slices.SortFunc(leaves, func(a, b leaf) int { return bytes.Compare(a.salt[:], b.salt[:]) })
		for _, l := range leaves {
			p := t.leaves[l.id]
			p[part] = Part{Sum: l.sum, Salt: l.salt, Index: uint64(len(nodes))}
			t.leaves[l.id] = p
			nodes = append(nodes, l.node())
		}
	}
	delete(t.leaves, "")
	t.levels = grow(nodes)
	return t, nil
}

func check(accounts []Account, key []byte) error {
	if len(accounts) > MaxAccounts || len(key) != KeyBytes {
		return fmt.Errorf("%w: %d accounts, at most %d; a key of %d bytes", ErrInvalid, len(accounts), MaxAccounts, len(key))
	}
	seen := make(map[string]bool, len(accounts))
	total := int64(0)
	for _, a := range accounts {
		switch {
		case a.ID == "" || len(a.ID) > MaxIDBytes:
			return fmt.Errorf("%w: an id of %d bytes", ErrInvalid, len(a.ID))
		case seen[a.ID]:
			return fmt.Errorf("%w: %s occurs twice", ErrInvalid, a.ID)
		case a.Balance < 0:
			return fmt.Errorf("%w: %s has a negative balance", ErrInvalid, a.ID)
		case a.Balance > math.MaxInt64-total:
			return fmt.Errorf("%w: the sum of balances is too large", ErrInvalid)
		}
		seen[a.ID] = true
		total += a.Balance
	}
	return nil
}

// derive makes 16 bytes that look random to whoever lacks the key.
func derive(key []byte, what string, part int, of []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(what))
	mac.Write([]byte{0, byte(part)}) // #nosec G115 -- below parts
	mac.Write(of)
	return mac.Sum(nil)[:SaltBytes]
}

// split divides a balance at random.
func split(key []byte, a Account) [parts]int64 {
	drawn := binary.BigEndian.Uint64(derive(key, "split", 0, []byte(a.ID)))
	first := int64(drawn % (uint64(a.Balance) + 1)) // #nosec G115 -- not negative, and at most the balance
	return [parts]int64{first, a.Balance - first}
}

// grow computes the levels over a number of leaves that is a power of two.
func grow(nodes []Node) [][]Node {
	levels := [][]Node{nodes}
	for len(nodes) > 1 {
		above := make([]Node, len(nodes)/2)
		for i := range above {
			above[i] = join(nodes[2*i], nodes[2*i+1])
		}
		nodes = above
		levels = append(levels, nodes)
	}
	return levels
}

// Root returns the commitment: what is published.
func (t *Tree) Root() Node { return t.levels[len(t.levels)-1][0] }

// Prove returns the proof of an account, or ErrInvalid if the tree does not have it.
func (t *Tree) Prove(id string) (Proof, error) {
	p, found := t.leaves[id]
	if !found {
		return Proof{}, fmt.Errorf("%w: no account %s", ErrInvalid, id)
	}
	for i := range p {
		at := p[i].Index
		for _, level := range t.levels[:len(t.levels)-1] {
			p[i].Siblings = append(p[i].Siblings, level[at^1])
			at /= 2
		}
	}
	return p, nil
}

// Verify checks that an account with its balance is in the tree with the given root. The error wraps ErrRefused.
func Verify(root Node, a Account, p Proof) error {
	depth := len(p[0].Siblings)
	if a.ID == "" || len(a.ID) > MaxIDBytes || a.Balance < 0 || depth < 1 || depth > maxDepth || len(p[1].Siblings) != depth {
		return fmt.Errorf("%w: no such leaves can be", ErrRefused)
	}
	if p[0].Sum < 0 || p[1].Sum < 0 || p[0].Sum > a.Balance || p[1].Sum != a.Balance-p[0].Sum {
		return fmt.Errorf("%w: the parts do not add up to the balance", ErrRefused)
	}
	for i, part := range p {
		if part.Index>>(depth-1) != uint64(i) { // #nosec G115 -- not negative
			return fmt.Errorf("%w: part %d is not in its half", ErrRefused, i)
		}
		computed, err := part.climb(a.ID)
		if err != nil {
			return err
		}
		if computed != root {
			return fmt.Errorf("%w: part %d leads to another root", ErrRefused, i)
		}
	}
	return nil
}

// climb computes the root from a leaf and the siblings on its way.
func (p Part) climb(id string) (Node, error) {
	n := leaf{id, p.Sum, p.Salt}.node()
	for level, sibling := range p.Siblings {
		if sibling.Sum < 0 || sibling.Sum > math.MaxInt64-n.Sum {
			return Node{}, fmt.Errorf("%w: a sum that no balances have", ErrRefused)
		}
		if p.Index>>level&1 == 0 {
			n = join(n, sibling)
		} else {
			n = join(sibling, n)
		}
	}
	return n, nil
}

func (l leaf) node() Node {
	b := []byte{leafPrefix}
	b = binary.BigEndian.AppendUint64(b, uint64(l.sum)) // #nosec G115 -- not negative
	b = append(b, l.salt[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(l.id)))
	b = append(b, l.id...)
	return Node{Hash: sha256.Sum256(b), Sum: l.sum}
}

func join(l, r Node) Node {
	b := make([]byte, 0, 1+2*(8+sha256.Size))
	b = append(b, nodePrefix)
	for _, n := range []Node{l, r} {
		b = binary.BigEndian.AppendUint64(b, uint64(n.Sum)) // #nosec G115 -- not negative
		b = append(b, n.Hash[:]...)
	}
	return Node{Hash: sha256.Sum256(b), Sum: l.Sum + r.Sum}
}
