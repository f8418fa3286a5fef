package adjudication

// point is a reading under inquiry.
type point struct {
	Reading
	// position is its place among the points that are no device faults.
	position int
	seconds  int64
	// metres is the mileage as corrected: what the vehicle has driven, if fix is right.
	metres int64
	// finding is why the reading is set aside, and fix why its mileage was corrected; both are empty for most.
	finding, fix Code
	// linked says that it is in the chain; excused that it is not, but is believed all the same, as the high side of a step
	// down is.
	linked, excused bool
	// assurance is its own, or that of the best of its copies.
	assurance int
	// original is the reading of which this is a copy, nil for most.
	original *point
}

func newPoint(r Reading) *point {
	return &point{Reading: r, seconds: r.OccurredAt.Unix(), metres: r.Metres, assurance: r.Assurance}
}

// weight makes even a source of no assurance count for a little.
func (p *point) weight() int { return max(p.assurance, 1) }

// day counts from 1970, in UTC.
func (p *point) day() int64 { return floorDiv(p.seconds, secondsPerDay) }

// longest returns the subset of greatest weight of points, which are in order of time, in which each step is possible, and
// that weight. Of equal ones it takes the one that ends first, so that a newest reading cannot unseat its history
// alone, and in it the closest steps.
//
// It is quadratic at worst. But the search for a predecessor ends as soon as no earlier one can be better, so that a
// history without contradictions costs a step a reading.
func longest(points []*point, possible func(a, b *point) bool) (chain []*point, weight int) {
	n := len(points)
	best, most, previous := make([]int, n), make([]int, n), make([]int, n)
	end := -1
	for i, b := range points {
		heaviest, from := 0, -1
		for j := i - 1; j >= 0 && most[j] > heaviest; j-- {
			if best[j] > heaviest && possible(points[j], b) {
				heaviest, from = best[j], j
			}
		}
		best[i], previous[i] = heaviest+b.weight(), from
		most[i] = best[i]
		if i > 0 {
			most[i] = max(most[i-1], best[i])
		}
		if best[i] > weight {
			weight, end = best[i], i
		}
	}
	for i := end; i >= 0; i = previous[i] {
		chain = append(chain, points[i])
	}
	reverse(chain)
	return chain, weight
}

func reverse(points []*point) {
	for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
		points[i], points[j] = points[j], points[i]
	}
}

// gap is what was left out between two neighbours of the chain; before is nil at its beginning, after at its end.
type gap struct {
	before, after *point
	left          []*point
}

func gapsOf(points []*point) (gaps []gap) {
	var current gap
	for _, x := range points {
		if !x.linked {
			current.left = append(current.left, x)
			continue
		}
		if current.after = x; len(current.left) > 0 {
			gaps = append(gaps, current)
		}
		current = gap{before: x}
	}
	if len(current.left) > 0 {
		gaps = append(gaps, current)
	}
	return gaps
}
