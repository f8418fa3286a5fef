package adjudication

import "time"

// Course is what has to be known of the older part of a history, its body, to judge readings that follow it. It does not
// grow with the history. The zero value is of an empty body. AppendTo and ReadCourse store it.
//
// A Course is sound when the body's readings form a trail and no signal but the first registration bears on what follows: no end
// of life, and no use but such as ended before the body did and agrees with it. Then nothing else of the body counts.
type Course struct {
	// level is that of the selection of readings; buckets is how many of its buckets the body has, and slot the last of them.
	level, buckets int
	slot           int64
	unsound        bool
	trail          trail
}

// Level is how coarse the selection of readings has become, as in Content.
func (c *Course) Level() int { return c.level }

// leastBelieved is how many believed readings the body of a sound Course has at least: a chain of so many is trusted as much as
// any, whoever read them.
const leastBelieved = 8

// short says that a body has too few of them.
func (c *Course) short() bool { return c.buckets > 0 && !c.unsound && c.trail.believed < leastBelieved }

// courseOf sums up a body, which the selection of readings keeps on a level.
func courseOf(policy *Policy, body []*Reading, level int, life, use []*Signal) Course {
	c := Course{level: level}
	for _, s := range life {
		switch s.Kind {
		case FirstRegistration:
			c.trail.register(s)
		case TotalLoss, TotalLossLifted, Dismantled:
			c.unsound = true
		}
	}
	if q := c.extend(policy, body); !c.unsound && len(use) > 0 {
		c.unsound = !q.agreesWith(use)
	}
	return c
}

// extend makes readings that follow the body a part of it, and returns the inquiry into them, nil when there was none.
func (c *Course) extend(policy *Policy, readings []*Reading) (q *inquiry) {
	if len(readings) == 0 {
		return nil
	}
	rules := readingRules()
	c.buckets += rules.buckets(readings, c.level)
	c.slot = rules.slot(readings[len(readings)-1], c.level)
	q, ok := c.trail.follow(policy, readings)
	if !ok {
		c.unsound = true
	}
	return q
}

// agreesWith says that use does not contradict a chain and ended with it, so that it has no bearing on what follows: findUse
// compares a window with the nearest readings before and after it.
func (q *inquiry) agreesWith(use []*Signal) bool {
	if q == nil || len(q.chain) == 0 {
		return false
	}
	last := q.chain[len(q.chain)-1]
	for _, s := range use {
		if s.OccurredAt.Unix() > last.seconds {
			return false
		}
	}
	q.use = use
	q.findUse()
	return len(q.findings) == 0
}

// trail is what is known of a chain in which nothing is left out. Readings that go on as next demands make a chain in which
// nothing is left out, and no finding but device faults:
//
//   - each step adds all of its reading, so that the heaviest way through the readings is through all of them (findRoutes);
//   - without a gap there is nothing to repair, and nothing to classify but a slow decrease and a standstill;
//   - none is lower than the greatest by more than the tolerance, so that there is no stale repeat and no slow decrease.
type trail struct {
	// believed counts the readings of the chain; first and last are its ends, greatest is its greatest mileage.
	believed    int
	first, last milestone
	greatest    int64
	// faults says that device faults were set aside.
	faults bool
	// shown is the mileage of the newest occasions to which the vehicle was driven, on from since, if it was the same on all of them.
	shown int64
	since time.Time
	times int
	// registered is the day of the first registration, if registration is known.
	registered   int64
	registration bool
}

// milestone is a reading of the chain, as far as those after it depend on it.
type milestone struct {
	at     time.Time
	metres int64
	source string
}

func milestoneOf(p *point) milestone { return milestone{p.OccurredAt, p.metres, p.Source} }

func (m *milestone) point() *point {
	p := newPoint(&Reading{Source: m.source, OccurredAt: m.at, Metres: m.metres})
	p.linked = true
	return p
}

// register takes the first of the signals of a first registration.
func (t *trail) register(s *Signal) {
	if !t.registration {
		t.registered, t.registration = s.day(), true
	}
}

// follow takes readings in order and returns the inquiry into them, whose chain begins with the reading before, if there is one.
// ok is false when the history with them has to be judged as a whole; the trail is of no use then.
func (t *trail) follow(policy *Policy, readings []*Reading) (q *inquiry, ok bool) {
	q = newInquiry(policy, readings)
	if faults := sentinels(q.all); len(faults) > 0 {
		q.mark(DeviceFault, faults)
		t.faults = true
	}
	q.usable = originals(unexplained(q.all))
	q.chain = make([]*point, 0, len(q.usable)+1)
	if t.believed > 0 {
		q.chain = append(q.chain, t.last.point())
	}
	for _, p := range q.usable {
		if !t.next(policy, q.chain, p) {
			return nil, false
		}
		p.linked, p.place = true, len(q.chain)
		q.chain = append(q.chain, p)
	}
	q.believed = t.believed
	q.measureRate(t.first, t.last)
	return q, true
}

// next takes the next usable reading after those of the chain.
func (t *trail) next(policy *Policy, chain []*point, p *point) (ok bool) {
	switch {
	case t.registration && p.day() < t.registered || !t.moves(policy, p):
		return false
	case len(chain) == 0:
		t.first, t.greatest = milestoneOf(p), p.metres
	case p.metres < t.greatest-policy.Tolerance || policy.credit(chain[len(chain)-1], p) < fullCredit:
		return false
	}
	t.last, t.greatest, t.believed = milestoneOf(p), max(t.greatest, p.metres), t.believed+1
	return true
}

// moves is false when the counter has stopped, as findStopped finds it.
func (t *trail) moves(policy *Policy, p *point) bool {
	if !p.Kind.attended() {
		return true
	}
	if t.times == 0 || abs(p.metres-t.shown) > km {
		t.shown, t.since, t.times = p.metres, p.OccurredAt, 0
	}
	t.times++
	return t.times < policy.StoppedReadings || p.OccurredAt.Sub(t.since) < policy.StoppedFor
}
