package adjudication

import (
	"slices"
	"strconv"
	"time"
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
type ladder[T comparable] struct {
	level int
	// items are in the order of rules.compare, without equal ones.
	items []T
}

// rules say how a ladder sees its items.
type rules[T comparable] struct {
	max int
	// compare is a total order in time.
	compare func(a, b T) int
	at      func(T) time.Time
	group   func(T) string
	amount  func(T) int64
}

type bucket struct {
	slot  int64
	group string
}

func (r *rules[T]) bucket(item T, level int) bucket {
	day := floorDiv(r.at(item).Unix(), secondsPerDay)
	if level < groupLevels {
		return bucket{slot: day >> level, group: r.group(item)}
	}
	return bucket{slot: day >> min(level-1, maxLevel-1)}
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
	items = slices.Clone(items)
	slices.SortFunc(items, r.compare)
	all := make([]T, 0, len(kept)+len(items))
	for _, item := range items {
		for len(kept) > 0 && r.compare(kept[0], item) < 0 {
			all, kept = append(all, kept[0]), kept[1:]
		}
		all = append(all, item)
	}
	return slices.Compact(append(all, kept...))
}

// merge puts in what another ladder keeps.
func (l *ladder[T]) merge(r *rules[T], other ladder[T]) {
	l.level = max(l.level, other.level)
	l.add(r, other.items...)
}

// buckets counts the buckets that are not empty.
func (r *rules[T]) buckets(items []T, level int) int {
	if len(items) <= r.max {
		return len(items) // no more buckets than items: the level need not rise
	}
	seen := make(map[bucket]struct{}, r.max+1)
	for _, item := range items {
		seen[r.bucket(item, level)] = struct{}{}
	}
	return len(seen)
}

// thin keeps of each bucket the extremes. The items are in order, so the first and the last are so in time.
func (r *rules[T]) thin(items []T, level int) []T {
	type extremes struct{ first, last, least, greatest int }
	kept := make(map[bucket]extremes, min(len(items), r.max))
	for i, item := range items {
		b := r.bucket(item, level)
		e, known := kept[b]
		if !known {
			kept[b] = extremes{i, i, i, i}
			continue
		}
		e.last = i
		if r.amount(item) < r.amount(items[e.least]) {
			e.least = i
		}
		if r.amount(item) > r.amount(items[e.greatest]) {
			e.greatest = i
		}
		kept[b] = e
	}
	keep := make([]bool, len(items))
	for _, e := range kept {
		keep[e.first], keep[e.last], keep[e.least], keep[e.greatest] = true, true, true, true
	}
	thinned := items[:0]
	for i, item := range items {
		if keep[i] {
			thinned = append(thinned, item)
		}
	}
	return thinned
}

func readingRules() *rules[Reading] {
	return &rules[Reading]{
		max:     maxReadingBuckets,
		compare: compareReadings,
		at:      func(r Reading) time.Time { return r.OccurredAt },
		group:   func(r Reading) string { return r.Source },
		amount:  func(r Reading) int64 { return r.Metres },
	}
}

func signalRules() *rules[Signal] {
	return &rules[Signal]{
		max:     maxSignalBuckets,
		compare: compareSignals,
		at:      func(s Signal) time.Time { return s.OccurredAt },
		group:   func(s Signal) string { return strconv.Itoa(int(s.Kind)) },
		amount:  func(s Signal) int64 { return s.Amount },
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
