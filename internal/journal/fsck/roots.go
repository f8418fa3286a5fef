package fsck

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/internal/journal"
)

// rootKeeper computes the root of a growing stream and compares it with the
// checkpoints and claims on the way.
type rootKeeper struct {
	stream      string
	found       *Findings
	checkpoints *cursor[storedRoot]
	// claims are those not yet reached, by size; agreed is the last that agreed.
	claims []Claim
	agreed *Claim

	tree frontier
	// lost says that leaves are unknown, and so is every later root.
	lost bool
}

// target is a size whose root is to be compared.
type target struct {
	size uint64
	// stored is the checkpoint's root, nil when there is none.
	stored []byte
	claim  *Claim
}

// targets takes the sizes up to end, at most one for each entry.
func (k *rootKeeper) targets(ctx context.Context, end uint64) ([]target, error) {
	var targets []target
	for {
		cp, ok, err := k.checkpoints.before(ctx, end+1)
		if err != nil {
			return nil, err
		}
		if !ok {
			return append(targets, k.claimed(end)...), nil
		}
		k.checkpoints.skip()
		targets = append(targets, k.claimed(cp.size-1)...)
		t := target{size: cp.size, stored: cp.root}
		if same := k.claimed(cp.size); len(same) > 0 {
			t.claim = same[0].claim
		}
		targets = append(targets, t)
	}
}

// claimed takes the claims up to end.
func (k *rootKeeper) claimed(end uint64) (targets []target) {
	for len(k.claims) > 0 && k.claims[0].Size <= end {
		targets = append(targets, target{size: k.claims[0].Size, claim: &k.claims[0]})
		k.claims = k.claims[1:]
	}
	return targets
}

// confirm returns the judge of two versions of the leaves from first to end: the
// level above, and where that has nothing to say the last checkpoint among them.
func (k *rootKeeper) confirm(first, end uint64, parent slot, targets []target) func([]slot) bool {
	return func(leaves []slot) bool {
		if parent.known {
			return tileRoot(leaves) == parent
		}
		for _, t := range slices.Backward(targets) {
			if t.stored != nil && t.size <= end {
				under := leaves[:t.size-first]
				return !k.lost && whole(under) && same(k.tree.rootAfter(under), t.stored)
			}
		}
		return false
	}
}

// grow adds the leaves of a tile of level 0, and compares the targets in it.
// Where leaves are unknown the tile's root, if the level above has it, lets the
// tree go on.
func (k *rootKeeper) grow(first uint64, leaves []slot, parent slot, targets []target) {
	before, broken := slices.Clone(k.tree), k.lost
	for i, leaf := range leaves {
		k.lost = k.lost || !leaf.known
		if !k.lost {
			k.tree.add(0, leaf.hash)
		}
		if last := i == len(leaves)-1; last && k.lost && !broken && parent.known {
			k.tree, k.lost = before, false
			k.tree.add(tileHeight, parent.hash)
		}
		for size := first + uint64(i) + 1; len(targets) > 0 && targets[0].size == size; {
			k.compare(&targets[0])
			targets = targets[1:]
		}
	}
}

func (k *rootKeeper) compare(t *target) {
	at := AtSize(t.size)
	if k.lost {
		k.found.Add(RootUnknown, k.stream, at, "the root cannot be computed: entries and tiles below it are both damaged")
		return
	}
	root := k.tree.root()
	if t.stored != nil && !same(root, t.stored) {
		k.found.Add(RootDiffers, k.stream, at, "the checkpoint has the root %s, its entries have %s", encode(t.stored), encode(root[:]))
	}
	switch {
	case t.claim == nil:
		return
	case root != t.claim.Root:
		k.found.Add(HistoryRewritten, k.stream, at, "by %s the root was %s, now it is %s; %s", t.claim.Source, encode(t.claim.Root[:]), encode(root[:]), k.agreement())
		return
	case t.stored == nil:
		k.found.Add(CheckpointMissing, k.stream, at, "%s names this size; without its checkpoint no proof can be made for it", t.claim.Source)
	}
	k.agreed = t.claim
}

func (k *rootKeeper) agreement() string {
	if k.agreed == nil {
		return "nothing that is known from elsewhere agrees before"
	}
	return fmt.Sprintf("it agrees up to size %d (%s)", k.agreed.Size, k.agreed.Source)
}

// finish tells of checkpoints and claims after the end of the stream.
func (k *rootKeeper) finish(ctx context.Context, size uint64) error {
	if len(k.claims) > 0 {
		last := k.claims[len(k.claims)-1]
		k.found.Add(JournalShorter, k.stream, AtSize(last.Size),
			"the stream had %d entries by %s and has %d: an older state was restored, or its end was cut off; %s", last.Size, last.Source, size, k.agreement())
	}
	for {
		cp, ok, err := k.checkpoints.before(ctx, maxEntries)
		if err != nil || !ok {
			return err
		}
		k.checkpoints.skip()
		k.found.Add(CheckpointBeyond, k.stream, AtSize(cp.size), "there are %d entries: the others are gone, or the checkpoint was put there", size)
	}
}

func same(root journal.Hash, stored []byte) bool { return string(root[:]) == string(stored) }

func encode(root []byte) string { return base64.StdEncoding.EncodeToString(root) }
