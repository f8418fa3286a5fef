package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// envelope says where a JSON document lists its elements. A document is an array
// of elements, an object that lists them, or one element; several documents may
// follow each other.
type envelope struct {
	// inside are the keys of objects that are opened to look for a list.
	inside []string
	// lists are the keys whose array, or single object, holds the elements.
	lists []string
}

// jsonItems cuts a JSON document of any size into its elements. Beside a list,
// an object's other members are passed over; an object without a list is itself
// an element.
type jsonItems struct {
	pull func() (item, error, bool)
	done func()
}

func newJSONItems(in io.Reader, e envelope) *jsonItems {
	walk := &jsonWalk{envelope: e, in: &lineCounter{in: in, line: 1}}
	walk.decoder = json.NewDecoder(walk.in)
	pull, done := iter.Pull2(walk.items)
	return &jsonItems{pull: pull, done: done}
}

// next implements splitter.
func (j *jsonItems) next() (item, error) {
	i, err, more := j.pull()
	if !more {
		return item{}, io.EOF
	}
	return i, err
}

func (j *jsonItems) stop() { j.done() }

// jsonWalk is the way through a document. Its methods return errStop when nobody
// wants more.
type jsonWalk struct {
	envelope
	in      *lineCounter
	decoder *json.Decoder
	yield   func(item, error) bool
	depth   int
}

var errStop = errors.New("history: stopped")

func (w *jsonWalk) items(yield func(item, error) bool) {
	w.yield = yield
	for {
		err := w.value("", true)
		switch {
		case err == nil:
			continue
		case errors.Is(err, errStop), errors.Is(err, io.EOF):
		default:
			yield(item{}, fmt.Errorf("history: document at line %d: %w", w.line(0), err))
		}
		return
	}
}

// line returns the line of what begins length bytes before the decoder's place.
func (w *jsonWalk) line(length int) int { return w.in.at(w.decoder.InputOffset() - int64(length)) }

// value passes one value: an array yields its elements; an object yields what
// its lists hold or, where it stands for an element, itself.
func (w *jsonWalk) value(list string, element bool) error {
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		return w.array(list)
	case json.Delim('{'):
		return w.object(list, element)
	default:
		if !element {
			return nil
		}
		return w.emit(item{data: []byte("null"), line: w.line(0), list: list}) // no format takes a bare value
	}
}

func (w *jsonWalk) array(list string) error {
	var element json.RawMessage
	for w.decoder.More() {
		if err := w.decoder.Decode(&element); err != nil {
			return unexpectedEnd(err)
		}
		if err := w.emit(item{data: element, line: w.line(len(element)), list: list}); err != nil {
			return err
		}
	}
	_, err := w.decoder.Token()
	return unexpectedEnd(err)
}

func (w *jsonWalk) object(list string, element bool) error {
	const maxDepth = 10
	if w.depth++; w.depth > maxDepth {
		return fmt.Errorf("more than %d objects within each other", maxDepth)
	}
	defer func() { w.depth-- }()
	begins, listed, size := w.line(1), false, 0
	members := map[string]json.RawMessage{}
	for w.decoder.More() {
		key, err := w.key()
		if err != nil {
			return err
		}
		if isList := slices.Contains(w.lists, key); isList || slices.Contains(w.inside, key) {
			listed = true
			if err := w.value(key, isList); err != nil {
				return unexpectedEnd(err)
			}
			continue
		}
		var member json.RawMessage
		if err := w.decoder.Decode(&member); err != nil {
			return unexpectedEnd(err)
		}
		w.line(0)
		if size += len(key) + len(member); size > MaxLineBytes {
			return errElementTooLong
		}
		members[key] = member
	}
	if _, err := w.decoder.Token(); err != nil {
		return unexpectedEnd(err)
	}
	if listed || !element {
		return nil
	}
	whole, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return w.emit(item{data: whole, line: begins, list: list})
}

func (w *jsonWalk) key() (string, error) {
	token, err := w.decoder.Token()
	if err != nil {
		return "", unexpectedEnd(err)
	}
	key, ok := token.(string)
	if !ok {
		return "", errors.New("a member without a name")
	}
	return key, nil
}

func (w *jsonWalk) emit(i item) error {
	if !w.yield(i, nil) {
		return errStop
	}
	return nil
}

// unexpectedEnd makes the end of the file within a document an error.
func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

var errElementTooLong = fmt.Errorf("an element has more than %d bytes", MaxLineBytes)

// lineCounter tells the line of an offset, and refuses to read much further than
// what was asked for last: the decoder's buffer grows to the size of an element.
type lineCounter struct {
	in io.Reader
	// read is how many bytes were handed out, passed the offset asked for last,
	// line the line there.
	read, passed int64
	line         int
	// ends are the offsets behind the line ends between passed and read.
	ends []int64
}

// Read implements [io.Reader].
func (c *lineCounter) Read(p []byte) (int, error) {
	if c.read-c.passed > MaxLineBytes {
		return 0, errElementTooLong
	}
	n, err := c.in.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.read+int64(i)+1)
		}
	}
	c.read += int64(n)
	return n, err
}

// at returns the line of an offset, which must not lie before the last one.
func (c *lineCounter) at(offset int64) int {
	n := 0
	for n < len(c.ends) && c.ends[n] <= offset {
		n++
	}
	c.ends = slices.Delete(c.ends, 0, n)
	c.line += n
	c.passed = max(c.passed, offset)
	return c.line
}
