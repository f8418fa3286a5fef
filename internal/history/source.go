package history

import (
	"bufio"
	"fmt"
	"io"
	"maps"
)

// MaxVehicles bounds the vehicles of a sample, and of a file that has one line a
// vehicle.
const MaxVehicles = 2_000_000

// Source yields the vehicles of one history. It is for one goroutine.
type Source interface {
	// Next returns the next record, and io.EOF after the last. Other errors mean
	// that the rest of the file cannot be read.
	Next() (Record, error)
	// Tally returns the sums over all records returned so far.
	Tally() Tally
	// Close releases the file.
	Close() error
}

// Tally holds the sums of a source.
type Tally struct {
	RowsRead int
	Accepted int
	Rejected map[Code]int
}

// item is what a file is cut into: a line, or an element of a JSON document.
type item struct {
	data []byte
	// line is where the item begins, from 1.
	line int
	// list is the key under which a document lists the element; empty otherwise.
	list    string
	tooLong bool
}

// splitter cuts a file into items. The data of an item is valid until the next.
type splitter interface {
	// next returns io.EOF after the last item.
	next() (item, error)
	stop()
}

// parser takes one item apart, into one draft a vehicle. Rows are in the order
// of the file; the parser need not set Line, Row and Occurrence. With a
// rejection the item is one row.
type parser func(item) ([]draft, *Rejection)

// opener prepares the reading of one file of a format.
type opener func(in *bufio.Reader, options Options) (splitter, parser, error)

// draft is a vehicle as a format reads it, with its rows accepted or rejected
// one by one.
type draft struct {
	vehicle Vehicle
	// code and reason are set when the vehicle cannot be told, which rejects all rows.
	code   Code
	reason string
	rows   []row
}

// row is either an event or the reason why it is none.
type row struct {
	event  Event
	code   Code
	reason string
}

// rejectedRow makes a row that is no event. Its reason must not repeat what the
// row says: in a file with shifted columns, any text can be a VIN.
func rejectedRow(code Code, format string, args ...any) row {
	return row{code: code, reason: fmt.Sprintf(format, args...)}
}

func refused(code Code, format string, args ...any) *Rejection {
	return &Rejection{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// ledger turns drafts into records, checks what can be checked without the
// platform, and keeps the tally.
type ledger struct {
	check checker
	// seen holds the vehicles of a file with one line a vehicle, and is nil for others.
	seen  map[VIN]struct{}
	tally Tally
}

func newLedger(check checker, vehiclePerLine bool) ledger {
	l := ledger{check: check, tally: Tally{Rejected: map[Code]int{}}}
	if vehiclePerLine {
		l.seen = map[VIN]struct{}{}
	}
	return l
}

// enter counts the rows of one vehicle that begin at a line.
func (l *ledger) enter(line int, d draft) (Record, error) {
	if len(l.seen) >= MaxVehicles {
		return Record{}, fmt.Errorf("history: line %d: more than %d vehicles", line, MaxVehicles)
	}
	l.tally.RowsRead += len(d.rows)
	record := Record{Vehicle: d.vehicle}
	code, reason := l.identify(&record.Vehicle, d)
	if code != "" {
		record.Vehicle = Vehicle{}
	}
	for i, r := range d.rows {
		switch {
		case code != "":
			r.code, r.reason = code, reason
		case r.code == "":
			r.code, r.reason = l.check.event(r.event, record.Vehicle)
		}
		if r.code != "" {
			record.Rejections = append(record.Rejections, Rejection{Line: line, Row: i + 1, Code: r.code, Reason: r.reason})
			continue
		}
		r.event.Line, r.event.Row = line, i+1
		record.Events = append(record.Events, r.event)
	}
	l.count(record)
	return record, countEqual(record.Events)
}

func (l *ledger) identify(v *Vehicle, d draft) (code Code, reason string) {
	switch {
	case d.code != "":
		return d.code, d.reason
	case !v.identified():
		return CodeVehicleUnidentified, "the line needs either a VIN or a pseudonym"
	case v.VIN == "":
		return "", ""
	}
	normal, ok := v.VIN.normalise()
	if !ok {
		return CodeVINMalformed, "the VIN has not 17 digits and letters without I, O and Q"
	}
	v.VIN = normal
	if l.seen == nil {
		return "", ""
	}
	if _, again := l.seen[normal]; again {
		return CodeVehicleRepeated, "the vehicle stands on an earlier line"
	}
	l.seen[normal] = struct{}{}
	return "", ""
}

// refuse counts an item that has no rows to be told apart.
func (l *ledger) refuse(line int, r Rejection) Record {
	l.tally.RowsRead++
	r.Line = line
	record := Record{Rejections: []Rejection{r}}
	l.count(record)
	return record
}

func (l *ledger) count(record Record) {
	l.tally.Accepted += len(record.Events)
	for _, r := range record.Rejections {
		l.tally.Rejected[r.Code]++
	}
}

// Tally implements [Source].
func (l *ledger) Tally() Tally {
	tally := l.tally
	tally.Rejected = maps.Clone(l.tally.Rejected)
	return tally
}

// fileSource is a Source over the items of a file.
type fileSource struct {
	ledger
	file   io.Closer
	items  splitter
	parse  parser
	drafts []draft // of the item at line, not returned yet
	line   int
}

func newFileSource(file io.ReadCloser, format Format, options Options, check checker) (*fileSource, error) {
	in, err := decompress(file)
	if err != nil {
		return nil, err
	}
	items, parse, err := format.open(in, options)
	if err != nil {
		return nil, err
	}
	return &fileSource{ledger: newLedger(check, format.vehiclePerLine), file: file, items: items, parse: parse}, nil
}

// Next implements [Source].
func (s *fileSource) Next() (Record, error) {
	for len(s.drafts) == 0 {
		next, err := s.items.next()
		if err != nil {
			return Record{}, err
		}
		s.line = next.line
		if next.tooLong {
			return s.refuse(s.line, *refused(CodeLineTooLong, "the line has more than %d bytes", MaxLineBytes)), nil
		}
		drafts, rejection := s.parse(next)
		if rejection != nil {
			return s.refuse(s.line, *rejection), nil
		}
		s.drafts = drafts
	}
	d := s.drafts[0]
	s.drafts = s.drafts[1:]
	return s.enter(s.line, d)
}

// Close implements [Source].
func (s *fileSource) Close() error {
	s.items.stop()
	return s.file.Close()
}
