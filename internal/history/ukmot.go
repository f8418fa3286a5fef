package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// motUnknownFirstUse is what the British register has for a first use it does not know.
const motUnknownFirstUse = "1971-01-01"

// motColumns are the places of the columns in one file, or -1.
type motColumns struct {
	test, vehicle, date, kind, result, mileage    int
	make, model, colour, fuel, firstUse, complete int
	fields                                        int
}

// openMOT opens the results file of the British MOT test in any of its forms:
// delimited by "|" or, with backslash escapes, by ","; with today's column names
// or the older ones in capitals. The header tells.
func openMOT(in *bufio.Reader, _ Options) (splitter, parser, error) {
	l := &lines{in: in}
	header, err := l.next()
	if errors.Is(err, io.EOF) {
		return l, nil, nil // nothing will be parsed
	}
	if err != nil {
		return nil, nil, err
	}
	split := splitPiped
	if !strings.Contains(string(header.data), "|") {
		split = splitEscaped
	}
	columns, err := newMOTColumns(split(string(header.data)))
	if err != nil {
		return nil, nil, err
	}
	return l, func(i item) ([]draft, *Rejection) {
		return columns.parse(split(string(i.data)))
	}, nil
}

func splitPiped(line string) []string { return strings.Split(line, "|") }

// splitEscaped splits at commas that no backslash stands before. A backslash
// before any other character stands for that character.
func splitEscaped(line string) []string {
	var fields []string
	var field strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line):
			i++
			field.WriteByte(line[i])
		case c == ',':
			fields = append(fields, field.String())
			field.Reset()
		default:
			field.WriteByte(c)
		}
	}
	return append(fields, field.String())
}

func newMOTColumns(names []string) (motColumns, error) {
	at := map[string]int{}
	for i, name := range names {
		name = strings.ToLower(strings.Trim(strings.TrimPrefix(name, "\ufeff"), `" `))
		at[strings.ReplaceAll(name, "_", "")] = i
	}
	find := func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		return -1
	}
	c := motColumns{
		test: find("testid"), vehicle: find("vehicleid"), date: find("testdate"), kind: find("testtype"),
		result: find("testresult"), mileage: find("testmileage"),
		make: find("make"), model: find("model"), colour: find("colour"), fuel: find("fueltype"),
		firstUse: find("firstusedate"), complete: find("completeddate"), fields: len(names),
	}
	if min(c.test, c.vehicle, c.date, c.kind, c.result, c.mileage) < 0 {
		return c, fmt.Errorf("%w: it needs the columns test_id, vehicle_id, test_date, test_type, test_result and test_mileage", ErrHeader)
	}
	return c, nil
}

func (c motColumns) parse(fields []string) ([]draft, *Rejection) {
	if len(fields) != c.fields {
		return nil, refused(CodeLineMalformed, "%d fields where the header has %d", len(fields), c.fields)
	}
	text := func(column int) string {
		if column < 0 {
			return ""
		}
		return strings.TrimSpace(latin(fields[column]))
	}
	v := Vehicle{Pseudonym: text(c.vehicle), Make: text(c.make), Model: text(c.model), Colour: text(c.colour), Energy: motEnergy(text(c.fuel))}
	if v.Pseudonym != "" {
		v.VIN = TestVIN("uk-mot:" + v.Pseudonym)
	}
	if first := text(c.firstUse); first != motUnknownFirstUse && isDay(first) {
		v.FirstRegistration = first
	}
	r := motRow(text(c.test), text(c.mileage), text(c.date), text(c.complete), text(c.kind), text(c.result))
	return []draft{{vehicle: v, rows: []row{r}}}, nil
}

// motRow makes an inspection of a test. A mileage of 0 or none was not obtained;
// the test took place all the same, and is an event without mileage.
func motRow(test, mileage, date, completed, kind, result string) row {
	if test == "" {
		return rejectedRow(CodeFieldMissing, "the test has no number")
	}
	at, precision, err := parseTime(date)
	if err == nil && completed != "" {
		at, precision, err = parseTime(strings.Replace(completed, " ", "T", 1))
	}
	if err != nil || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "test_date or completed_date is neither a day nor a time")
	}
	inspection := &eventsv1.Inspection{Nature: motNature(kind).proto(), Result: motResult(result).proto()}
	if strings.Trim(mileage, "0.") != "" {
		inspection.Odometer = inspectionTerminal(mileage, UnitMile)
	}
	return row{event: Event{Time: at, Precision: precision, Key: test, Message: inspection}}
}

// latin returns the text in UTF-8: older files are in Windows-1252 and do not say so.
func latin(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	decoded, err := charmap.Windows1252.NewDecoder().String(text)
	if err != nil {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	return decoded
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// motNature translates normal tests, re-tests, the two partial re-tests, and
// appeals.
func motNature(code string) Nature {
	switch strings.ToUpper(code) {
	case "":
		return ""
	case "N", "NT":
		return NaturePeriodic
	case "RT", "PL", "PV":
		return NatureRetest
	default:
		return NatureOther
	}
}

// motResult translates the outcome. PRS is a pass after a defect was mended at
// the station within the hour; a test can be abandoned by the tester (ABA),
// aborted for want of equipment (ABR) or by an examiner (ABRVE), and refused (R).
func motResult(code string) Result {
	switch strings.ToUpper(code) {
	case "":
		return ""
	case "P", "PRS":
		return ResultPassed
	case "F":
		return ResultRetestRequired
	case "ABA":
		return ResultAbandoned
	default:
		return ResultOther
	}
}

// motEnergy translates the commonest codes and keeps all others, words included.
func motEnergy(code string) string {
	switch strings.ToUpper(code) {
	case "P", "PE":
		return "petrol"
	case "D", "DI":
		return "diesel"
	case "E", "EL":
		return "electric"
	case "HY":
		return "hybrid"
	default:
		return code
	}
}
