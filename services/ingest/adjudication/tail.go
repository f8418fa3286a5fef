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

// Add puts readings in and returns the verdict on the whole history, in time that does not depend on the body. The result has no
// findings, and it assesses the tail's readings and those added alone. ok is false when only the whole history can tell;
// then nothing was added.
func (t *Tail) Add(policy Policy, readings ...Reading) (r Result, ok bool) {
	c := &t.Course
	if c.unsound {
		return Result{}, false
	}
	rules := readingRules()
	added := canonical(readings)
	for _, r := range added {
		if c.buckets > 0 && rules.slot(r, c.level) <= c.slot {
			return Result{}, false
		}
	}
	all := rules.union(t.Readings, added)
	if c.buckets+rules.buckets(all, c.level) > rules.max {
		return Result{}, false
	}
	kept := rules.thin(all, c.level)
	end := c.trail
	q, ok := end.follow(policy, kept)
	if !ok || end.believed < 2 {
		return Result{}, false
	}
	if end.faults {
		q.find(newFinding(DeviceFault))
	}
	t.Readings, r = kept, q.result()
	r.Findings = nil
	return r, true
}

// Trim moves the older part of a tail that has become long to the body, and returns how many readings that were.
func (t *Tail) Trim(policy Policy) (moved int) {
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

// Split parts what the State keeps: the first body readings are those of the body, of which course is. It parts
// where it did before, as before tells, unless the tail would become long.
func (s *State) Split(policy Policy, before Course) (course Course, body int) {
	items, level := s.readings.items, s.readings.level
	if before.buckets > 0 && before.level == level {
		rules := readingRules()
		for body < len(items) && rules.slot(items[body], level) <= before.slot {
			body++
		}
	}
	if len(items)-body > maxTail {
		body = beforeTail(items, level)
	}
	if course = courseOf(policy, items[:body], level, s.life.items, s.use.items); course.short() {
		return courseOf(policy, nil, level, s.life.items, s.use.items), 0
	}
	return course, body
}
