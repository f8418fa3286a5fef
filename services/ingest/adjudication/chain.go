package adjudication

import "slices"

// point is a reading under inquiry.
type point struct {
	*Reading
	// position is its place among the usable points, and place the one in the chain if it is linked.
	position, place int
	seconds         int64
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

func newPoint(r *Reading) *point {
	p := makePoint(r)
	return &p
}

func makePoint(r *Reading) point {
	return point{Reading: r, seconds: r.OccurredAt.Unix(), metres: r.Metres, assurance: r.Assurance}
}

// weight makes even a source of no assurance count for a little.
func (p *point) weight() int { return max(p.assurance, 1) }

// day counts from 1970, in UTC.
func (p *point) day() int64 { return floorDiv(p.seconds, secondsPerDay) }

// credit is how much of its weight a reading adds to a chain that steps to it from another, in percent; 0 if it cannot.
type credit func(from, to *point) int

const fullCredit = 100

// allIf gives all or nothing.
func allIf(possible func(a, b *point) bool) credit {
	return func(from, to *point) int {
		if possible(from, to) {
			return fullCredit
		}
		return 0
	}
}

// routes are the heaviest ways through points, which are in order of time.
type routes struct {
	points []*point
	// best[i] is the weight, times 100, of the heaviest way that ends at i, previous[i] where it comes from or -1.
	best, previous []int
}

// findRoutes finds them. It is quadratic at worst. But the search for a predecessor ends as soon as no earlier one can be
// better, so that a history without contradictions costs a step a reading.
func findRoutes(points []*point, step credit) routes {
	n := len(points)
	r := routes{points: points, best: make([]int, n), previous: make([]int, n)}
	most := make([]int, n) // most[i] is the greatest of best[:i+1]
	for i, b := range points {
		full := 100 * b.weight()
		value, from := full, -1
		for j := i - 1; j >= 0 && most[j]+full > value; j-- {
			if share := step(points[j], b); share > 0 && r.best[j]+share*b.weight() > value {
				value, from = r.best[j]+share*b.weight(), j
			}
		}
		r.best[i], r.previous[i] = value, from
		most[i] = r.best[i]
		if i > 0 {
			most[i] = max(most[i-1], r.best[i])
		}
	}
	return r
}

// longest returns the heaviest way through the first n points, and its weight. Of equal ones it takes the one that ends
// first, so that a newest reading cannot unseat its history alone, and in it the closest steps.
func (r *routes) longest(n int) (chain []*point, weight int) {
	end := -1
	for i, best := range r.best[:n] {
		if best > weight {
			weight, end = best, i
		}
	}
	for i := end; i >= 0; i = r.previous[i] {
		chain = append(chain, r.points[i])
	}
	slices.Reverse(chain)
	return chain, weight
}

// longest is the heaviest way through points, and its weight.
func longest(points []*point, step credit) (chain []*point, weight int) {
	r := findRoutes(points, step)
	return r.longest(len(points))
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
