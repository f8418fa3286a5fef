package history

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// csvReader reads the rows of one delimited file by a plan.
type csvReader struct {
	*csvPlan
	columns map[string]int
	width   int
}

// openCSV opens a delimited file with a header by its mapping. A quoted field
// cannot span lines: so a quote that is never closed costs one row and not the
// rest of the file.
func openCSV(in *bufio.Reader, options Options) (splitter, parser, error) {
	plan, err := readCSVPlan(options)
	if err != nil {
		return nil, nil, err
	}
	r := &csvReader{csvPlan: plan}
	l := &lines{in: in}
	header, err := l.next()
	if errors.Is(err, io.EOF) {
		return l, nil, nil // nothing will be parsed
	}
	if err != nil {
		return nil, nil, err
	}
	if err := r.readHeader(header.data); err != nil {
		return nil, nil, err
	}
	return l, r.parse, nil
}

func (r *csvReader) readHeader(line []byte) error {
	names, err := r.split(bytes.TrimPrefix(line, []byte("\ufeff")))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHeader, err)
	}
	r.columns, r.width = map[string]int{}, len(names)
	for i, name := range names {
		r.columns[strings.TrimSpace(name)] = i
	}
	used := []string{
		r.Time.Column, r.Key, r.Vehicle.VIN, r.Vehicle.Pseudonym, r.Vehicle.Identifier, r.Vehicle.Make, r.Vehicle.Model,
		r.Vehicle.Variant, r.Vehicle.Colour, r.Vehicle.Energy, r.Vehicle.FirstRegistration,
	}
	for _, field := range r.Fields {
		used = append(used, field.Column)
	}
	for _, name := range used {
		if _, ok := r.columns[name]; name != "" && !ok {
			return fmt.Errorf("%w: the mapping names the column %q, which the file does not have", ErrHeader, name)
		}
	}
	return nil
}

func (r *csvReader) split(line []byte) ([]string, error) {
	if r.decoder != nil {
		decoded, err := r.decoder.Bytes(line)
		if err != nil {
			return nil, errors.New("the text is not in the encoding of the mapping")
		}
		line = decoded
	}
	if !utf8.Valid(line) {
		return nil, errors.New("the text is not in the encoding of the mapping")
	}
	reader := csv.NewReader(bytes.NewReader(line))
	reader.Comma = r.comma
	fields, err := reader.Read()
	if err != nil {
		return nil, errors.New("the quotes of the fields do not fit")
	}
	return fields, nil
}

func (r *csvReader) parse(i item) ([]draft, *Rejection) {
	fields, err := r.split(i.data)
	if err != nil {
		return nil, refused(CodeLineMalformed, "%s", err)
	}
	if len(fields) != r.width {
		return nil, refused(CodeLineMalformed, "%d fields where the header has %d", len(fields), r.width)
	}
	text := func(column string) string {
		if column == "" {
			return ""
		}
		return strings.TrimSpace(fields[r.columns[column]])
	}
	d := r.vehicle(text)
	d.rows = []row{r.row(text)}
	return []draft{d}, nil
}

func (r *csvReader) vehicle(text func(string) string) draft {
	names := r.Vehicle
	d := draft{vehicle: Vehicle{
		VIN: VIN(text(names.VIN)), Pseudonym: text(names.Pseudonym),
		Make: text(names.Make), Model: text(names.Model), Variant: text(names.Variant), Colour: text(names.Colour),
		Energy: text(names.Energy), FirstRegistration: text(names.FirstRegistration),
	}}
	switch {
	case names.OnlyIdentifier != "":
		d.vehicle.VIN, d.code, d.reason = r.ids.vehicle(names.OnlyIdentifier)
	case names.Identifier != "":
		d.vehicle.VIN, d.code, d.reason = r.ids.vehicle(text(names.Identifier))
	case d.vehicle.Pseudonym != "":
		d.vehicle.VIN = TestVIN(d.vehicle.Pseudonym)
	}
	return d
}

func (r *csvReader) row(text func(string) string) row {
	at, err := time.ParseInLocation(r.Time.Layout, text(r.Time.Column), r.zone)
	if at = at.UTC(); err != nil || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "the column %q does not fit the layout %q", r.Time.Column, r.Time.Layout)
	}
	message := r.kind.New()
	for _, s := range r.setters {
		value := s.Constant
		if s.Column != "" {
			value = text(s.Column)
		}
		switch {
		case value != "":
		case cannotBeUnknown(s.to):
			return rejectedRow(CodeFieldMissing, "%s is blank, and the kind cannot say that it is not known", s.Field)
		default:
			continue
		}
		if err := s.set(message, value); err != nil {
			return rejectedRow(CodeFieldInvalid, "%s: %s", s.Field, err)
		}
	}
	return row{event: Event{Time: at, Precision: r.accuracy, Key: text(r.Key), Message: message.Interface()}}
}
