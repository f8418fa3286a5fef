package verify

import (
	"crypto/sha256"
	"fmt"

	"github.com/pcc-platform/pcc/internal/eventlist"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
)

// Sizes of the parts of a tag's proof.
const (
	elementBytes = 32
	scalarBytes  = 32
	maxTagIndex  = 1<<16 - 1
)

// checkShape refuses a document whose parts are not there, not of their size, or
// too many: all that can be judged without a hash or a signature.
func checkShape(d Document) error {
	_, offset := d.GeneratedAt.Zone()
	switch {
	case d.Passport == "":
		return malformed("passport", "names no passport")
	case len(d.Tag) != eventlist.TagBytes:
		return malformed("tag", "%d bytes, a vehicle's tag has %d", len(d.Tag), eventlist.TagBytes)
	case d.TagProof != nil && !d.TagProof.complete():
		return malformed("tag_proof", "a scalar, and parts of two elements and two scalars, of 32 bytes each, ascending by index")
	case offset != 0:
		return malformed("generated_at", "not in UTC")
	case d.Epoch.Transaction.Block > MaxNumber:
		return malformed("epoch.transaction.block", "greater than %d", uint64(MaxNumber))
	case d.Epoch.Endorsements == nil || len(d.Epoch.Endorsements) > MaxEndorsements:
		return malformed("epoch.endorsements", "%d, at most %d are read", len(d.Epoch.Endorsements), MaxEndorsements)
	case d.Statements == nil || len(d.Statements) > MaxStatements:
		return malformed("statements", "%d, at most %d are read", len(d.Statements), MaxStatements)
	}
	if err := checkPath(d.Index.Path, "index.path"); err != nil {
		return err
	}
	return checkLists(d.Lists)
}

func (p TagProof) complete() bool {
	if len(p.Blind) != scalarBytes || len(p.Parts) == 0 || len(p.Parts) > MaxTagParts {
		return false
	}
	last := 0
	for _, part := range p.Parts {
		if part.Index <= last || part.Index > maxTagIndex ||
			len(part.Key) != elementBytes || len(part.Evaluation) != elementBytes || len(part.Proof) != 2*scalarBytes {
			return false
		}
		last = part.Index
	}
	return true
}

// checkLists demands the lists of all classes: which classes a vehicle has
// events of must not be the exporter's choice to show.
func checkLists(lists []List) error {
	classes := eventlist.Classes()
	if len(lists) != len(classes) {
		return refuse(ReasonClassesIncomplete, "lists", "%d lists for %d classes", len(lists), len(classes))
	}
	entries := 0
	for i, list := range lists {
		at := fmt.Sprintf("lists[%d]", i)
		if list.Class != string(classes[i]) {
			return refuse(ReasonClassesIncomplete, at+".class", "%.40q in the place of %q", list.Class, classes[i])
		}
		if entries += len(list.Entries); entries > MaxEntries {
			return malformed(at+".entries", "more than %d in all lists", MaxEntries)
		}
		if err := checkList(list, at); err != nil {
			return err
		}
	}
	return nil
}

func checkList(list List, at string) error {
	if (list.Entries == nil) == (list.Withheld == nil) {
		return malformed(at, "a list has either entries or what is withheld")
	}
	if w := list.Withheld; w != nil && (len(w.Root) != sha256.Size || w.Count == 0 || w.Count > headmap.MaxCount) {
		return malformed(at+".withheld", "a root of %d bytes and a count of 1 to %d", sha256.Size, uint64(headmap.MaxCount))
	}
	for i, e := range list.Entries {
		if err := checkEntryShape(e, fmt.Sprintf("%s.entries[%d]", at, i)); err != nil {
			return err
		}
	}
	return nil
}

func checkEntryShape(e Entry, at string) error {
	if !e.Shown() {
		if e.View != nil || e.Signature != nil || e.Position != nil || len(e.Commitment) != sha256.Size {
			return malformed(at, "an event that is not shown has a commitment of %d bytes and nothing else", sha256.Size)
		}
		return nil
	}
	if e.View == nil || e.Commitment != nil {
		return malformed(at, "an event that is shown has a leaf and a view, and no commitment")
	}
	if s := e.Signature; s != nil {
		if err := checkPath(s.Path, at+".signature.path"); err != nil {
			return err
		}
	}
	if e.Position == nil {
		return nil
	}
	if e.Position.Seq > MaxNumber {
		return malformed(at+".position.seq", "greater than %d", uint64(MaxNumber))
	}
	return checkPath(e.Position.Path, at+".position.path")
}

func checkPath(path [][]byte, at string) error {
	if path == nil || len(path) > maxPath {
		return malformed(at, "%d hashes, at most %d are read", len(path), maxPath)
	}
	for i, h := range path {
		if len(h) != sha256.Size {
			return malformed(fmt.Sprintf("%s[%d]", at, i), "%d bytes are no hash", len(h))
		}
	}
	return nil
}
