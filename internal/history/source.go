package history

import (
	"fmt"
	"io"
	"maps"
)

// MaxVehicles bounds the vehicles of one source.
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
	// Vehicles counts the vehicles that were identified.
	Vehicles int
	RowsRead int
	Accepted int
	Rejected map[Code]int
}

// lineFormat takes the records of one file format apart. Its rows are in the
// order of the file; it need not set Line, Row and Occurrence.
type lineFormat func(line []byte) (draft, *Rejection)

// draft is a vehicle as a format reads it, with its rows accepted or rejected
// one by one.
type draft struct {
	vehicle Vehicle
	rows    []row
}

// row is either a reading or the reason why it is none.
type row struct {
	reading Reading
	code    Code
	reason  string
}

func rejectedRow(code Code, format string, args ...any) row {
	return row{code: code, reason: fmt.Sprintf(format, args...)}
}

// ledger turns drafts into records, finds repeated vehicles and keeps the tally.
type ledger struct {
	seen  map[VIN]struct{}
	tally Tally
}

func newLedger() ledger {
	return ledger{seen: map[VIN]struct{}{}, tally: Tally{Rejected: map[Code]int{}}}
}

// enter counts the rows of one line.
func (l *ledger) enter(line int, d draft) (Record, error) {
	if len(l.seen) >= MaxVehicles {
		return Record{}, fmt.Errorf("history: line %d: more than %d vehicles", line, MaxVehicles)
	}
	l.tally.RowsRead += len(d.rows)
	record := Record{Vehicle: d.vehicle}
	code, reason := l.identify(d.vehicle.VIN)
	if code != "" {
		record.Vehicle = Vehicle{}
	}
	for i, r := range d.rows {
		if code != "" {
			r.code, r.reason = code, reason
		}
		if r.code != "" {
			record.Rejections = append(record.Rejections, Rejection{Line: line, Row: i + 1, Code: r.code, Reason: r.reason})
			continue
		}
		r.reading.Line, r.reading.Row = line, i+1
		record.Readings = append(record.Readings, r.reading)
	}
	countEqual(record.Readings)
	l.count(record)
	return record, nil
}

func (l *ledger) identify(vin VIN) (code Code, reason string) {
	if vin == "" {
		return CodeVehicleUnidentified, "the line needs either a VIN or a pseudonym"
	}
	if _, again := l.seen[vin]; again {
		return CodeVehicleRepeated, "the vehicle stands on an earlier line"
	}
	l.seen[vin] = struct{}{}
	l.tally.Vehicles++
	return "", ""
}

// refuse counts a line that has no rows to be told apart.
func (l *ledger) refuse(line int, r Rejection) Record {
	l.tally.RowsRead++
	r.Line = line
	record := Record{Rejections: []Rejection{r}}
	l.count(record)
	return record
}

func (l *ledger) count(record Record) {
	l.tally.Accepted += len(record.Readings)
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

// fileSource is a Source over the lines of a file.
type fileSource struct {
	ledger
	file  io.Closer
	lines lines
	parse lineFormat
}

func newFileSource(file io.ReadCloser, parse lineFormat) (*fileSource, error) {
	in, err := decompress(file)
	if err != nil {
		return nil, err
	}
	return &fileSource{ledger: newLedger(), file: file, lines: lines{in: in}, parse: parse}, nil
}

// Next implements [Source].
func (s *fileSource) Next() (Record, error) {
	line, tooLong, err := s.lines.next()
	if err != nil {
		return Record{}, err
	}
	if tooLong {
		reason := fmt.Sprintf("the line has more than %d bytes", MaxLineBytes)
		return s.refuse(s.lines.number, Rejection{Code: CodeLineTooLong, Reason: reason}), nil
	}
	d, rejection := s.parse(line)
	if rejection != nil {
		return s.refuse(s.lines.number, *rejection), nil
	}
	return s.enter(s.lines.number, d)
}

// Close implements [Source].
func (s *fileSource) Close() error { return s.file.Close() }
