package history

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// csvSetter fills one field of an event from a text that is not blank.
type csvSetter struct {
	csvField
	to protoreflect.FieldDescriptor
	// factor makes the field's own unit of the column's; nil without units.
	factor *big.Rat
	comma  bool
}

var errNotAValue = errors.New("the value does not fit the field")

func newCSVSetter(kind protoreflect.MessageDescriptor, field csvField, comma bool) (csvSetter, error) {
	s := csvSetter{csvField: field, to: kind.Fields().ByName(protoreflect.Name(field.Field)), comma: comma}
	switch {
	case s.to == nil:
		return s, fmt.Errorf("the kind %s does not have it", kind.Name())
	case countNamed(field.Column, field.Constant) != 1:
		return s, errors.New("it needs exactly one of column and constant")
	case s.to.IsList() != (field.Separator != ""):
		return s, errors.New("a separator belongs to a field that repeats, and to no other")
	case s.to.IsList() && s.to.Kind() != protoreflect.StringKind:
		return s, errors.New("only texts that repeat can be written in a column")
	case s.isOdometer():
		if Unit(field.Unit).proto() == eventsv1.OdometerUnit_ODOMETER_UNIT_UNSPECIFIED {
			return s, errors.New(`its unit is none of "km", "mi", "m"; there is no default`)
		}
		if _, err := enumByWord(eventsv1.Provenance(0).Descriptor(), field.Provenance); err != nil {
			return s, errors.New("it needs a provenance")
		}
		return s, nil
	case field.Provenance != "":
		return s, errors.New("only a mileage has a provenance")
	}
	err := s.findFactor()
	return s, err
}

// cannotBeUnknown reports whether a field says 0 or false when it is left out.
func cannotBeUnknown(field protoreflect.FieldDescriptor) bool {
	switch field.Kind() {
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.BoolKind:
		return !field.HasPresence()
	default:
		return false
	}
}

// findFactor reads the field's own unit off its name.
func (s *csvSetter) findFactor() error {
	units := csvUnits(s.to)
	if len(units) == 0 {
		if s.Unit != "" {
			return errors.New("it has no unit")
		}
		return nil
	}
	factor, ok := units[s.Unit]
	if !ok {
		return fmt.Errorf("its unit %q is not known; there is no default", s.Unit)
	}
	s.factor = factor
	return nil
}

func csvUnits(field protoreflect.FieldDescriptor) map[string]*big.Rat {
	name := string(field.Name())
	switch {
	case isDuration(field):
		return map[string]*big.Rat{"s": big.NewRat(1e9, 1), "min": big.NewRat(60e9, 1), "h": big.NewRat(3600e9, 1)}
	case strings.HasSuffix(name, "_wh"):
		return map[string]*big.Rat{"Wh": big.NewRat(1, 1), "kWh": big.NewRat(1000, 1)}
	case strings.HasSuffix(name, "_metres"):
		return map[string]*big.Rat{"m": big.NewRat(1, 1), "km": big.NewRat(1000, 1), "mi": big.NewRat(1609344, 1000)}
	case strings.HasSuffix(name, "_ml"):
		return map[string]*big.Rat{"ml": big.NewRat(1, 1), "l": big.NewRat(1000, 1)}
	case strings.HasSuffix(name, "_permille"):
		return map[string]*big.Rat{"permille": big.NewRat(1, 1), "percent": big.NewRat(10, 1)}
	default:
		return nil
	}
}

func isDuration(field protoreflect.FieldDescriptor) bool {
	return field.Message() != nil && field.Message().FullName() == "google.protobuf.Duration"
}

func (s *csvSetter) isOdometer() bool {
	return s.to.Message() != nil && s.to.Message().FullName() == (*eventsv1.Odometer)(nil).ProtoReflect().Descriptor().FullName()
}

// set fills the field of m. Its errors do not repeat the text.
func (s *csvSetter) set(m protoreflect.Message, text string) error {
	if s.Values != nil {
		translated, ok := s.Values[text]
		if !ok {
			return errors.New("the mapping does not translate the value")
		}
		text = translated
	}
	if s.to.IsList() {
		list := m.Mutable(s.to).List()
		for part := range strings.SplitSeq(text, s.Separator) {
			if part = strings.TrimSpace(part); part != "" {
				list.Append(protoreflect.ValueOfString(part))
			}
		}
		return nil
	}
	value, err := s.value(text)
	if err != nil {
		return err
	}
	m.Set(s.to, value)
	return nil
}

func (s *csvSetter) value(text string) (protoreflect.Value, error) {
	switch {
	case s.isOdometer():
		return s.odometer(text)
	case isDuration(s.to):
		n, err := s.number(text)
		return protoreflect.ValueOfMessage(durationpb.New(time.Duration(n)).ProtoReflect()), err
	}
	switch s.to.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text), nil
	case protoreflect.BoolKind:
		if text != "true" && text != "false" {
			return protoreflect.Value{}, errNotAValue
		}
		return protoreflect.ValueOfBool(text == "true"), nil
	case protoreflect.EnumKind:
		number, err := enumByWord(s.to.Enum(), text)
		return protoreflect.ValueOfEnum(number), err
	case protoreflect.Int32Kind:
		n, err := s.number(text)
		if err != nil || n != int64(int32(n)) { //nolint:gosec // the comparison is the check
			return protoreflect.Value{}, errNotAValue
		}
		return protoreflect.ValueOfInt32(int32(n)), nil //nolint:gosec // checked above
	case protoreflect.Int64Kind:
		n, err := s.number(text)
		return protoreflect.ValueOfInt64(n), err
	default:
		return protoreflect.Value{}, errNotAValue
	}
}

// odometer keeps the number as it stands, but for a decimal comma.
func (s *csvSetter) odometer(text string) (protoreflect.Value, error) {
	if s.comma {
		text = pointed(text)
	}
	provenance, err := enumByWord(eventsv1.Provenance(0).Descriptor(), s.Provenance)
	o := &eventsv1.Odometer{RawValue: text, RawUnit: Unit(s.Unit).proto(), Provenance: eventsv1.Provenance(provenance)}
	return protoreflect.ValueOfMessage(o.ProtoReflect()), err
}

func (s *csvSetter) number(text string) (int64, error) {
	if s.comma {
		text = pointed(text)
	}
	factor := s.factor
	if factor == nil {
		factor = big.NewRat(1, 1)
	}
	n, err := times(text, factor)
	if err != nil {
		return 0, errNotAValue
	}
	return n, nil
}

// enumByWord finds a value by the part of its name that the others do not share,
// for example "retest_required"; the unspecified value has no word.
func enumByWord(enum protoreflect.EnumDescriptor, word string) (protoreflect.EnumNumber, error) {
	values := enum.Values()
	prefix := strings.TrimSuffix(string(values.ByNumber(0).Name()), "UNSPECIFIED")
	value := values.ByName(protoreflect.Name(prefix + strings.ToUpper(word)))
	if value == nil || value.Number() == 0 {
		return 0, errNotAValue
	}
	return value.Number(), nil
}
