package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// csvMapping says what the columns of a delimited file mean. It is written in
// YAML; a key that is not here is an error, and nothing has a default that could
// change a value: unit, zone, encoding and decimal separator have to be stated.
type csvMapping struct {
	// Kind is the kind of event that each row becomes, for example "Inspection".
	Kind string `yaml:"kind"`
	// Delimiter is one character.
	Delimiter string `yaml:"delimiter"`
	// Encoding is "utf-8", "windows-1252" or "iso-8859-1".
	Encoding string `yaml:"encoding"`
	// Decimal is "point" or "comma".
	Decimal string     `yaml:"decimal"`
	Time    csvTime    `yaml:"time"`
	Vehicle csvVehicle `yaml:"vehicle"`
	// Key is the column with the source's own name of the row; optional.
	Key    string     `yaml:"key"`
	Fields []csvField `yaml:"fields"`
}

type csvTime struct {
	Column string `yaml:"column"`
	// Layout writes 2 January 2006, 15:04:05, the way the column has times.
	Layout string `yaml:"layout"`
	// Zone is a name of the IANA database, for example "Europe/Tallinn" or "UTC".
	Zone string `yaml:"zone"`
}

// csvVehicle names columns, but for OnlyIdentifier. Exactly one of the first four
// is given.
type csvVehicle struct {
	VIN        string `yaml:"vin"`
	Pseudonym  string `yaml:"pseudonym"`
	Identifier string `yaml:"identifier"`
	// OnlyIdentifier is the identifier of the one vehicle that a whole file is of.
	OnlyIdentifier    string `yaml:"only_identifier"`
	Make              string `yaml:"make"`
	Model             string `yaml:"model"`
	Variant           string `yaml:"variant"`
	Colour            string `yaml:"colour"`
	Energy            string `yaml:"energy"`
	FirstRegistration string `yaml:"first_registration"`
}

// csvField fills one field of the kind.
type csvField struct {
	// Field is the field's name in the proto, for example "energy_wh".
	Field string `yaml:"field"`
	// Column or Constant says where the value comes from. A blank column leaves
	// the field out.
	Column   string `yaml:"column"`
	Constant string `yaml:"constant"`
	// Values translates what stands in the column; a value it does not have
	// rejects the row.
	Values map[string]string `yaml:"values"`
	// Unit is required of every field that has one.
	Unit string `yaml:"unit"`
	// Provenance belongs to mileages, for example "inspection_terminal".
	Provenance string `yaml:"provenance"`
	// Separator splits the value of a field that repeats.
	Separator string `yaml:"separator"`
}

// csvPlan is a mapping that was checked.
type csvPlan struct {
	csvMapping
	kind     protoreflect.MessageType
	comma    rune
	decoder  *encoding.Decoder // nil for UTF-8
	zone     *time.Location
	accuracy Precision
	setters  []csvSetter
	ids      identities
}

func readCSVPlan(options Options) (*csvPlan, error) {
	if options.Mapping == "" {
		return nil, fmt.Errorf("%w: the format csv needs a mapping", ErrOption)
	}
	file, err := os.Open(options.Mapping)
	if err != nil {
		return nil, fmt.Errorf("%w mapping: %w", ErrOption, err)
	}
	defer file.Close()
	ids, err := readIdentities(options.Identities)
	if err != nil {
		return nil, err
	}
	plan, err := parseCSVPlan(file)
	if err != nil {
		return nil, err
	}
	plan.ids = ids
	return plan, nil
}

func parseCSVPlan(file io.Reader) (*csvPlan, error) {
	plan := &csvPlan{}
	decoder := yaml.NewDecoder(io.LimitReader(file, MaxLineBytes))
	decoder.KnownFields(true)
	if err := decoder.Decode(&plan.csvMapping); err != nil {
		return nil, fmt.Errorf("%w mapping: %w", ErrOption, err)
	}
	if err := plan.complete(); err != nil {
		return nil, fmt.Errorf("%w mapping: %w", ErrOption, err)
	}
	return plan, nil
}

// complete checks the mapping and fills what follows from it.
func (p *csvPlan) complete() error {
	known, err := newKinds()
	if err != nil {
		return err
	}
	var ok bool
	if p.kind, ok = known["pcc.events.v1."+p.Kind]; !ok {
		return fmt.Errorf("kind %q is not a kind of event", p.Kind)
	}
	if p.comma, _ = utf8.DecodeRuneInString(p.Delimiter); utf8.RuneCountInString(p.Delimiter) != 1 {
		return errors.New("delimiter is not one character")
	}
	switch p.Encoding {
	case "utf-8":
	case "windows-1252":
		p.decoder = charmap.Windows1252.NewDecoder()
	case "iso-8859-1":
		p.decoder = charmap.ISO8859_1.NewDecoder()
	default:
		return errors.New(`encoding is none of "utf-8", "windows-1252", "iso-8859-1"`)
	}
	if p.Decimal != "point" && p.Decimal != "comma" {
		return errors.New(`decimal is neither "point" nor "comma"`)
	}
	if err := p.completeTime(); err != nil {
		return err
	}
	if named := countNamed(p.Vehicle.VIN, p.Vehicle.Pseudonym, p.Vehicle.Identifier, p.Vehicle.OnlyIdentifier); named != 1 {
		return errors.New("vehicle needs exactly one of vin, pseudonym, identifier, only_identifier")
	}
	mapped := map[string]bool{}
	for _, field := range p.Fields {
		mapped[field.Field] = true
		setter, err := newCSVSetter(p.kind.Descriptor(), field, p.Decimal == "comma")
		if err != nil {
			return fmt.Errorf("field %q: %w", field.Field, err)
		}
		p.setters = append(p.setters, setter)
	}
	return p.completeFields(mapped)
}

// completeFields refuses a mapping whose events would say 0 or no where the file
// says nothing.
func (p *csvPlan) completeFields(mapped map[string]bool) error {
	fields := p.kind.Descriptor().Fields()
	for i := range fields.Len() {
		if name := string(fields.Get(i).Name()); cannotBeUnknown(fields.Get(i)) && !mapped[name] {
			return fmt.Errorf("the kind %s cannot say that %s is not known: map it", p.Kind, name)
		}
	}
	return nil
}

func (p *csvPlan) completeTime() error {
	if p.Time.Column == "" || p.Time.Layout == "" || p.Time.Zone == "" || p.Time.Zone == "Local" {
		return errors.New("time needs a column, a layout and a zone")
	}
	var err error
	if p.zone, err = time.LoadLocation(p.Time.Zone); err != nil {
		return fmt.Errorf("zone %q is not known", p.Time.Zone)
	}
	morning := time.Date(2006, time.January, 2, 3, 4, 5, 0, time.UTC)
	if morning.Format(p.Time.Layout) == morning.AddDate(1, 1, 1).Format(p.Time.Layout) {
		return errors.New("the layout of the time names no day")
	}
	const hours = 7
	p.accuracy = PrecisionSecond
	if morning.Format(p.Time.Layout) == morning.Add(hours*time.Hour).Format(p.Time.Layout) {
		p.accuracy, p.zone = PrecisionDay, time.UTC // a day stays the day it is, in whatever zone
	}
	return nil
}

func countNamed(columns ...string) int {
	n := 0
	for _, column := range columns {
		if column != "" {
			n++
		}
	}
	return n
}
