package adjudication

import "sort"

// crossCheck is step 4: what signals of other kinds say against the odometer. What they say for it, such as a declared
// replacement or a sale near a step down, was heard where it matters.
func (q *inquiry) crossCheck() {
	q.findBeforeRegistration()
	q.findAfterEndOfLife()
	q.findUse()
}

func (q *inquiry) findBeforeRegistration() {
	code := BeforeFirstRegistration
	if q.imported() {
		code = ReadAbroad
	}
	q.findUnusual(code, q.beforeRegistration)
}

func (q *inquiry) beforeRegistration(p *point) bool {
	registered, known := q.firstRegistration()
	return known && p.day() < registered.day()
}

func (q *inquiry) imported() bool {
	for _, s := range q.life {
		if s.Kind == Import {
			return true
		}
	}
	return false
}

func (q *inquiry) findAfterEndOfLife() {
	q.findUnusual(AfterEndOfLife, func(p *point) bool {
		ended := false
		for _, s := range q.life {
			switch {
			case !s.OccurredAt.Before(p.OccurredAt):
				return ended
			case s.Kind == TotalLoss || s.Kind == Dismantled:
				ended = true
			case s.Kind == TotalLossLifted:
				ended = false
			}
		}
		return ended
	})
}

// findUnusual finds a code on all usable readings that match; those without a reason of their own get it.
func (q *inquiry) findUnusual(code Code, match func(*point) bool) {
	var found []*point
	for _, p := range q.usable {
		if !match(p) {
			continue
		}
		found = append(found, p)
		if p.finding == "" {
			p.finding = code
		}
	}
	if len(found) > 0 {
		q.find(newFinding(code, found...))
	}
}

// bracket is a stretch of the chain, by the positions of its ends in it.
type bracket struct{ from, to int }

// findUse compares the distance driven in windows of use with what the counter advanced. Windows that lie in the same
// stretch of the chain add up unless they overlap. Whatever windows are missing, a vehicle drove at least what they have;
// only a complete window says that it drove no more.
func (q *inquiry) findUse() {
	driven := map[bracket]int64{}
	until := map[bracket]int64{}
	for _, s := range q.use {
		least, most := q.distance(s)
		if b, ok := q.stretch(s.Since.Unix(), s.OccurredAt.Unix()); ok && s.Since.Unix() >= until[b] {
			driven[b] += least
			until[b] = s.OccurredAt.Unix()
			if q.exceeds(driven[b], q.advance(b)) {
				q.find(q.useFinding(UseAboveCounter, s, b))
				return
			}
		}
		if b, ok := q.inside(s); ok && s.Complete && q.exceeds(q.advance(b), most) {
			q.find(q.useFinding(UseBelowCounter, s, b))
			return
		}
	}
}

func (q *inquiry) useFinding(code Code, s *Signal, b bracket) Finding {
	return newFinding(code, q.chain[b.from], newPoint(&Reading{EventID: s.EventID, OccurredAt: s.OccurredAt}), q.chain[b.to])
}

// distance is the least and the most that a vehicle drove in a window of use.
func (q *inquiry) distance(s *Signal) (least, most int64) {
	if s.Kind != Charging {
		return s.Amount, s.Amount
	}
	return s.Amount * km / q.policy.Use.MostConsumption, s.Amount * km / q.policy.Use.LeastConsumption
}

func (q *inquiry) exceeds(a, b int64) bool {
	return a > b+b*q.policy.Use.Margin/100+q.policy.Use.Slack
}

func (q *inquiry) advance(b bracket) int64 { return q.chain[b.to].metres - q.chain[b.from].metres }

// stretch is the shortest part of the chain around a window.
func (q *inquiry) stretch(since, until int64) (bracket, bool) {
	from := sort.Search(len(q.chain), func(i int) bool { return q.chain[i].seconds > since }) - 1
	to := sort.Search(len(q.chain), func(i int) bool { return q.chain[i].seconds >= until })
	return bracket{from, to}, from >= 0 && to < len(q.chain) && from < to
}

// inside is the longest part of the chain in a window.
func (q *inquiry) inside(s *Signal) (bracket, bool) {
	from := sort.Search(len(q.chain), func(i int) bool { return q.chain[i].seconds >= s.Since.Unix() })
	to := sort.Search(len(q.chain), func(i int) bool { return q.chain[i].seconds > s.OccurredAt.Unix() }) - 1
	return bracket{from, to}, from < to
}
