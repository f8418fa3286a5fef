package adjudication

const (
	// maxTail is how many readings a tail has before a part of it is moved to the body, if that makes no short one; leastTail is how
	// many stay at least: enough for what arrives a little late.
	maxTail   = 12
	leastTail = 4
)

// Tail is the newest part of a history, with the Course of its body. Together they are a State: what a Tail can tell, it tells
// exactly as the State would.
type Tail struct {
	Course Course
	// Readings are in the canonical order, all later than the body's.
	Readings []*Reading
}

// Add puts readings in and judges the whole history, in time that does not depend on the body. The result has no findings, and
// assessments of the tail's readings; assessed has those of the readings added, as Result.Assess gives them. ok is false when only the
// whole history can tell; then nothing was added.
func (t *Tail) Add(policy *Policy, readings ...Reading) (r Result, assessed []Assessment, ok bool) {
	c := &t.Course
	if c.unsound {
		return Result{}, nil, false
	}
	rules := readingRules()
	added := canonical(readings)
	for _, r := range added {
		if c.buckets > 0 && rules.slot(r, c.level) <= c.slot {
			return Result{}, nil, false
		}
	}
	all := rules.union(t.Readings, added)
	if most := rules.max - c.buckets; len(all) > most && rules.buckets(all, c.level) > most {
		return Result{}, nil, false
	}
	kept := rules.thin(all, c.level)
	end := c.trail
	q, ok := end.follow(policy, kept)
	if !ok || end.believed < 2 {
		return Result{}, nil, false
	}
	if end.faults {
		q.find(newFinding(DeviceFault))
	}
	t.Readings, r = kept, q.result()
	assessed = make([]Assessment, len(readings))
	for i := range readings {
		assessed[i] = r.Assess(readings[i])
	}
	r.Findings, r.judged = nil, nil
	return r, assessed, true
}

// Trim moves the older part of a tail that has become long to the body, and returns how many readings that were.
func (t *Tail) Trim(policy *Policy) (moved int) {
	if len(t.Readings) <= maxTail {
		return 0
	}
	moved = beforeTail(t.Readings, t.Course.level)
	course := t.Course
	if course.extend(policy, t.Readings[:moved]); course.short() {
		return 0
	}
	t.Course, t.Readings = course, t.Readings[moved:]
	return moved
}

// beforeTail is how many of the readings are not of a short tail: no slot is parted.
func beforeTail(readings []*Reading, level int) (n int) {
	rules := readingRules()
	for n < len(readings) {
		slot := rules.sameSlot(readings[n:], level)
		if n+slot > len(readings)-leastTail {
			break
		}
		n += slot
	}
	return n
}

// Split parts what the State keeps: the first body readings are those of the body, of which course is. It parts where it did before,
// as before tells, unless the tail would become long, or a body up to the shortest tail were sound where that one is not.
func (s *State) Split(policy *Policy, before Course) (course Course, body int) {
	items, level := s.readings.items, s.readings.level
	if before.buckets > 0 && before.level == level {
		rules := readingRules()
		for body < len(items) && rules.slot(items[body], level) <= before.slot {
			body++
		}
	}
	course = s.course(policy, body)
	if long := len(items)-body > maxTail; long || course.unsound {
		n := beforeTail(items, level)
		if newer := s.course(policy, n); long || !newer.unsound {
			course, body = newer, n
		}
	}
	if course.short() {
		return s.course(policy, 0), 0
	}
	return course, body
}

// course is that of a body of the first readings.
func (s *State) course(policy *Policy, body int) Course {
	return courseOf(policy, s.readings.items[:body], s.readings.level, s.life.items, s.use.items)
}
