package verify

import (
	"fmt"

	"github.com/pcc-platform/pcc/internal/eventlist"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// checkMap checks every list against the map of the epoch before any leaf is read: from here on each event shown is one
// that was journaled for this vehicle, and no event of a list is missing.
func checkMap(d Document, root headmap.Hash) error {
	seen := map[proof.Hash]bool{}
	for i, list := range d.Lists {
		at := fmt.Sprintf("lists[%d]", i)
		key := eventlist.KeyOf(eventlist.Tag(d.Tag), eventlist.Class(list.Class))
		head, err := headOf(list, key, seen, at)
		if err != nil {
			return err
		}
		if head.Count == 0 {
			err = headmap.VerifyNonInclusion(list.Proof, key, root)
		} else {
			err = headmap.VerifyInclusion(list.Proof, key, head, root)
		}
		if err != nil {
			return refuse(ReasonListNotInMap, at, "%w", err)
		}
	}
	return nil
}

// headOf computes a list's head from its entries, or takes that of a list that is withheld.
func headOf(list List, key proof.Key, seen map[proof.Hash]bool, at string) (headmap.Head, error) {
	if w := list.Withheld; w != nil {
		return headmap.Head{Count: w.Count, Root: headmap.Hash(w.Root)}, nil
	}
	leaves := make([]headmap.Hash, len(list.Entries))
	for i, e := range list.Entries {
		entry := proof.Entry{Key: key, Commitment: commitmentOf(e)}
		if seen[entry.Commitment] {
			return headmap.Head{}, refuse(ReasonEventDuplicate, fmt.Sprintf("%s.entries[%d]", at, i), "the event occurs twice")
		}
		seen[entry.Commitment] = true
		leaves[i] = entry.Hash()
	}
	whole, err := headmap.List{}.Append(leaves...)
	if err != nil {
		return headmap.Head{}, refuse(ReasonListNotInMap, at, "%w", err)
	}
	return whole.Head(), nil
}

func commitmentOf(e Entry) proof.Hash {
	if e.Shown() {
		return proof.Commit(e.Leaf)
	}
	return proof.Hash(e.Commitment)
}
