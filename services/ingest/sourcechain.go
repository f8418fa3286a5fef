package ingest

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/signing"
)

// Link is a statement's place in the chain of its source. It covers the numbers First to Last.
type Link struct {
	// Member is the id of the member whose source it is.
	Member         string
	Source         string
	First, Last    uint64
	Hash, Previous Hash
	// Statement is the sealed statement.
	Statement []byte
}

// LinkOf returns the place of a statement.
func LinkOf(s *signing.Signed) Link {
	return Link{
		Member: memberOf(s.Source), Source: s.Source,
		First: s.First, Last: s.End() - 1, Hash: s.Hash(), Previous: s.Previous, Statement: s.Bytes(),
	}
}

// memberOf returns the member of a source whose form was checked: "/members/{member}/...".
func memberOf(source string) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(source, "/members/"), "/")
	return member
}

// GapKind says what is wrong with a chain.
type GapKind string

// The kinds.
const (
	// GapMissing is a run of numbers of which no statement has come.
	GapMissing GapKind = "missing"
	// GapFork is a statement that cannot be of one chain with another.
	GapFork GapKind = "fork"
)

// Gap is one thing that is wrong with the chain of a source.
type Gap struct {
	// ID is zero until it is stored.
	ID             uuid.UUID
	Member, Source string
	Kind           GapKind
	// First and Last are the numbers missing, or those of the later statement of a fork.
	First, Last uint64
	DetectedAt  time.Time
	// Statements are the two of a fork, the earlier to come first.
	Statements [][]byte
}

// SourceChain is what is known of the chain of one source around some statements, and takes in those statements. They may
// come in any order: batches that are sent at once overtake each other.
type SourceChain struct {
	// Next is the number after the highest that a statement has covered.
	Next uint64
	// Known are the stored links that share a number with a new one or stand beside it.
	Known []Link
	// Missing are the runs of missing numbers.
	Missing []Gap

	// Added are the new links and Forks what they contradict.
	Added []Link
	Forks []Gap
}

// Add takes in a link. One that is known already has no effect.
func (c *SourceChain) Add(l Link, now time.Time) {
	if slices.ContainsFunc(c.Known, func(k Link) bool { return k.Hash == l.Hash }) {
		return
	}
	// One contradiction is proof enough; to record all would let a source fill the table with the square of what it sends.
	if at := slices.IndexFunc(c.Known, l.contradicts); at >= 0 {
		c.Forks = append(c.Forks, Gap{
			Member: l.Member, Source: l.Source, Kind: GapFork, First: l.First, Last: l.Last, DetectedAt: now,
			Statements: [][]byte{c.Known[at].Statement, l.Statement},
		})
	}
	c.Known, c.Added = append(c.Known, l), append(c.Added, l)
	if l.First > c.Next {
		c.Missing = append(c.Missing, Gap{
			Member: l.Member, Source: l.Source, Kind: GapMissing, First: c.Next, Last: l.First - 1, DetectedAt: now,
		})
	}
	c.Next = max(c.Next, l.Last+1)
	c.fill(l)
}

// contradicts reports whether two different links cannot be of one chain.
func (l Link) contradicts(k Link) bool {
	return k.First <= l.Last && l.First <= k.Last || // one number twice
		k.Last+1 == l.First && l.Previous != k.Hash ||
		l.Last+1 == k.First && k.Previous != l.Hash
}

// fill takes the numbers of a link out of what is missing. A run that is cut keeps its identity on the left.
func (c *SourceChain) fill(l Link) {
	var left []Gap
	for _, g := range c.Missing {
		if l.Last < g.First || g.Last < l.First {
			left = append(left, g)
			continue
		}
		if g.First < l.First {
			before := g
			before.Last = l.First - 1
			left = append(left, before)
		}
		if l.Last < g.Last {
			after := g
			after.First = l.Last + 1
			left = append(left, after)
		}
	}
	c.Missing = left
}
