package adjudication

import (
	"encoding/binary"
	"errors"
	"time"
)

// errCourse says that bytes are not what AppendTo makes.
var errCourse = errors.New("adjudication: malformed course")

// Bits of a stored Course, in the order in which AppendTo has them.
const (
	courseUnsound = 1 << iota
	courseFaults
	courseRegistration
	courseHasBody
)

// AppendTo appends the Course to b, for storing it; ReadCourse reads it. The bytes name no format: who changes what they mean has
// to tell them from older ones where they are stored.
func (c *Course) AppendTo(b []byte) []byte {
	t := &c.trail
	flags := uint64(0)
	for i, set := range [...]bool{c.unsound, t.faults, t.registration, c.buckets > 0} {
		if set {
			flags |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, flags)
	b = appendVarints(b, int64(c.level), t.registered)
	if c.buckets == 0 {
		return b
	}
	b = appendVarints(b, int64(c.buckets), c.slot, int64(t.believed), t.greatest, t.shown, t.since.UnixMicro(), int64(t.times))
	return t.last.appendTo(t.first.appendTo(b))
}

func appendVarints(b []byte, values ...int64) []byte {
	for _, v := range values {
		b = binary.AppendVarint(b, v)
	}
	return b
}

func (m *milestone) appendTo(b []byte) []byte {
	b = appendVarints(b, m.at.UnixMicro(), m.metres, int64(len(m.source)))
	return append(b, m.source...)
}

// ReadCourse reads a Course from the beginning of b and returns what follows it.
func ReadCourse(b []byte) (c Course, rest []byte, err error) {
	flags, n := binary.Uvarint(b)
	if n <= 0 {
		return Course{}, nil, errCourse
	}
	r := courseReader{rest: b[n:]}
	t := &c.trail
	c.unsound, t.faults, t.registration = flags&courseUnsound != 0, flags&courseFaults != 0, flags&courseRegistration != 0
	c.level, t.registered = int(r.varint()), r.varint()
	if flags&courseHasBody != 0 {
		c.buckets, c.slot, t.believed, t.greatest = int(r.varint()), r.varint(), int(r.varint()), r.varint()
		t.shown, t.since, t.times = r.varint(), r.time(), int(r.varint())
		t.first, t.last = r.milestone(), r.milestone()
	}
	if r.failed || c.level < 0 || c.level > maxLevel || c.buckets < 0 || c.buckets > maxReadingBuckets {
		return Course{}, nil, errCourse
	}
	return c, r.rest, nil
}

// courseReader reads until something is missing.
type courseReader struct {
	rest   []byte
	failed bool
}

func (r *courseReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.rest, r.failed = nil, true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *courseReader) time() time.Time { return time.UnixMicro(r.varint()).UTC() }

func (r *courseReader) milestone() milestone {
	m := milestone{at: r.time(), metres: r.varint()}
	length := r.varint()
	if length < 0 || length > int64(len(r.rest)) {
		r.failed = true
		return m
	}
	m.source, r.rest = string(r.rest[:length]), r.rest[length:]
	return m
}
