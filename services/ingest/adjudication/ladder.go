package adjudication

import (
	"slices"
	"strconv"
)

const (
	// maxReadingBuckets and maxSignalBuckets bound what is kept of a vehicle; a bucket keeps at most bucketItems.
	maxReadingBuckets = 64
	maxSignalBuckets  = 24
	bucketItems       = 4
	// MaxReadings is the most readings that a State keeps.
	MaxReadings = maxReadingBuckets * bucketItems
	// MaxSignals is the most signals of life, and the most signals of use, that a State keeps.
	MaxSignals = maxSignalBuckets * bucketItems

	// groupLevels is the number of levels on which buckets are apart by group as well as by time.
	groupLevels = 10
	// maxLevel is where one bucket holds all time.
	maxLevel = 64
)

// ladder keeps a bounded selection of items that depends on nothing but the set of items ever put in: not on their order,
// not on how often, not on how they were split into calls.
//
// Items lie in buckets, and a bucket keeps its first, last, least and greatest item. On level 0 a bucket is one day of one
// group. While there are more than max buckets the level rises, and every two neighbouring buckets become one. That is
// where the independence comes from: extremes of a merged bucket are extremes of its parts' extremes, dropping others
// never empties a bucket, and so the number of buckets on a level, and the lowest level on which it fits, is the same
// whether items were dropped before or not. After ten levels (512 days) groups are merged too, so that any number of
// groups fits.
type ladder[T any] struct {
	level int
	// items are in the order of rules.compare, without equal ones.
	items []T
}

// rules say how a ladder sees its items.
type rules[T any] struct {
	max int
	// compare is a total order in time.
	compare func(a, b T) int
	seconds func(T) int64
	group   func(T) string
	amount  func(T) int64
}

// slot is the time of an item's buckets on a level.
func (r *rules[T]) slot(item T, level int) int64 {
	day := floorDiv(r.seconds(item), secondsPerDay)
	if level < groupLevels {
		return day >> level
	}
	return day >> min(level-1, maxLevel-1)
}

// groupOn is what parts the buckets of a slot.
func (r *rules[T]) groupOn(item T, level int) string {
	if level < groupLevels {
		return r.group(item)
	}
	return ""
}

// sameSlot is how many of the items, from the first on, lie in one slot. Items are in order, so those of a slot stand together.
func (r *rules[T]) sameSlot(items []T, level int) int {
	slot := r.slot(items[0], level)
	for i := 1; i < len(items); i++ {
		if r.slot(items[i], level) != slot {
			return i
		}
	}
	return len(items)
}

// add puts items in. It takes time in proportion to the items kept and added.
func (l *ladder[T]) add(r *rules[T], items ...T) {
	all := r.union(l.items, items)
	for l.level < maxLevel && r.buckets(all, l.level) > r.max {
		l.level++
	}
	l.items = r.thin(all, l.level)
}

// union is all items in order, without equal ones; kept is in order, and items need not be.
func (r *rules[T]) union(kept, items []T) []T {
	if len(items) > 1 {
		items = slices.Clone(items)
		slices.SortFunc(items, r.compare)
	}
	all := make([]T, 0, len(kept)+len(items))
	for _, item := range items {
		n, known := slices.BinarySearchFunc(kept, item, r.compare)
		all, kept = append(all, kept[:n]...), kept[n:]
		if !known && (len(all) == 0 || r.compare(all[len(all)-1], item) != 0) {
			all = append(all, item)
		}
	}
	return append(all, kept...)
}

// merge puts in what another ladder keeps.
func (l *ladder[T]) merge(r *rules[T], other ladder[T]) {
	l.level = max(l.level, other.level)
	l.add(r, other.items...)
}

// buckets counts the buckets that are not empty, up to the first that is too many.
func (r *rules[T]) buckets(items []T, level int) (n int) {
	var groups []string
	for len(items) > 0 && n <= r.max {
		slot := items[:r.sameSlot(items, level)]
		items = items[len(slot):]
		groups = groups[:0]
		for i := range slot {
			if g := r.groupOn(slot[i], level); !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
			if n+len(groups) > r.max {
				break
			}
		}
		n += len(groups)
	}
	return n
}

// extremes are the places of what a bucket keeps.
type extremes struct {
	group                        string
	first, last, least, greatest int
}

// thin keeps of each bucket the extremes. The items are in order, so the first and the last are so in time.
func (r *rules[T]) thin(items []T, level int) []T {
	keep := make([]bool, len(items))
	var found []extremes
	for start := 0; start < len(items); {
		end := start + r.sameSlot(items[start:], level)
		found = r.extremes(found[:0], items[start:end], level)
		for _, e := range found {
			keep[start+e.first], keep[start+e.last], keep[start+e.least], keep[start+e.greatest] = true, true, true, true
		}
		start = end
	}
	thinned := items[:0]
	for i, item := range items {
		if keep[i] {
			thinned = append(thinned, item)
		}
	}
	return thinned
}

// extremes appends those of the buckets of one slot. Buckets of a slot are as few as fit, so that a walk finds each.
func (r *rules[T]) extremes(found []extremes, slot []T, level int) []extremes {
	for i := range slot {
		item := slot[i]
		group := r.groupOn(item, level)
		b := slices.IndexFunc(found, func(e extremes) bool { return e.group == group })
		if b < 0 {
			found = append(found, extremes{group, i, i, i, i})
			continue
		}
		e := &found[b]
		e.last = i
		if r.amount(item) < r.amount(slot[e.least]) {
			e.least = i
		}
		if r.amount(item) > r.amount(slot[e.greatest]) {
			e.greatest = i
		}
	}
	return found
}

func readingRules() *rules[*Reading] {
	return &rules[*Reading]{
		max:     maxReadingBuckets,
		compare: compareReadings,
		seconds: func(r *Reading) int64 { return r.OccurredAt.Unix() },
		group:   func(r *Reading) string { return r.Source },
		amount:  func(r *Reading) int64 { return r.Metres },
	}
}

func signalRules() *rules[*Signal] {
	return &rules[*Signal]{
		max:     maxSignalBuckets,
		compare: compareSignals,
		seconds: func(s *Signal) int64 { return s.OccurredAt.Unix() },
		group:   func(s *Signal) string { return strconv.Itoa(int(s.Kind)) },
		amount:  func(s *Signal) int64 { return s.Amount },
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
