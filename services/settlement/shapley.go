package settlement

import (
	"cmp"
	"iter"
	"maps"
	"math/big"
	"slices"
)

// MaxQuality is the highest quality index.
const MaxQuality = 100

// Contribution says how well a member's data answers one field of a read. A field is a question, such as the mileage in a
// certain month; several members may answer it.
type Contribution struct {
	Member string
	Field  string
	// Quality is the index of the member's best data on the field, 1 to MaxQuality; 0 is worth nothing.
	Quality int64
}

// claim is what a member's contributions are worth in all.
type claim struct {
	member string
	// points is the sum of its Shapley values over the fields, in points of quality.
	points *big.Rat
	// answered counts the fields that it answers, best those where nobody is as good.
	answered int
	best     []raise
}

// raise is a field whose quality a member raised above what the others have: from 0 where it is alone.
type raise struct {
	field    string
	from, to int64
}

// normalise returns the best contribution of each member to each field, by field and, within one, ascending in quality.
func normalise(contributions []Contribution) ([]Contribution, error) {
	type place struct{ field, member string }
	best := map[place]int64{}
	for _, c := range contributions {
		if c.Quality < 0 || c.Quality > MaxQuality || c.Field == "" {
			return nil, ErrContributionInvalid
		}
		if at := (place{c.Field, c.Member}); c.Quality > best[at] {
			best[at] = c.Quality
		}
	}
	var out []Contribution
	for at, quality := range best {
		out = append(out, Contribution{Member: at.member, Field: at.field, Quality: quality})
	}
	slices.SortFunc(out, func(a, b Contribution) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Quality, b.Quality), cmp.Compare(a.Member, b.Member))
	})
	return out, nil
}

// claims returns what normalised contributions are worth, sorted by member; how many fields are answered; and the sum of the
// worths, which is the sum of the fields' best qualities.
//
// The worth of a set of members is, field by field, the best quality that one of them has, and a member's share of it is the
// Shapley value: the average, over all orders in which the members could have come, of what it added when it came. For
// one field that is the airport game, whose value has a closed form: the step between two neighbouring qualities is shared by
// all who are at least that good. Whoever gives the same twice, or under several names of one member, adds nothing.
func claims(normalised []Contribution) (out []claim, fields int, total int64) {
	byMember := map[string]*claim{}
	for answers := range byField(normalised) {
		fields++
		total += answers[len(answers)-1].Quality
		below, value := int64(0), new(big.Rat)
		for i, a := range answers {
			value.Add(value, big.NewRat(a.Quality-below, int64(len(answers)-i)))
			below = a.Quality
			c := byMember[a.Member]
			if c == nil {
				c = &claim{member: a.Member, points: new(big.Rat)}
				byMember[a.Member] = c
			}
			c.points.Add(c.points, value)
			c.answered++
		}
		if r := raised(answers); r.to > r.from {
			top := byMember[answers[len(answers)-1].Member]
			top.best = append(top.best, r)
		}
	}
	for _, member := range slices.Sorted(maps.Keys(byMember)) {
		out = append(out, *byMember[member])
	}
	return out, fields, total
}

// byField yields the answers to one field after the other.
func byField(normalised []Contribution) iter.Seq[[]Contribution] {
	return func(yield func([]Contribution) bool) {
		for len(normalised) > 0 {
			field := normalised[0].Field
			n := slices.IndexFunc(normalised, func(c Contribution) bool { return c.Field != field })
			if n < 0 {
				n = len(normalised)
			}
			if !yield(normalised[:n]) {
				return
			}
			normalised = normalised[n:]
		}
	}
}

// raised says how far the best answer to a field is above the others.
func raised(answers []Contribution) raise {
	top := answers[len(answers)-1]
	r := raise{field: top.Field, to: top.Quality}
	if len(answers) > 1 {
		r.from = answers[len(answers)-2].Quality
	}
	return r
}
