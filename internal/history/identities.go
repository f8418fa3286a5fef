package history

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// MaxIdentities bounds a file of identities, which is kept in memory.
const MaxIdentities = 1_000_000

// identities finds vehicles by names that other systems have for them: the
// contract of a charge card, the serial number of a battery, an anonymised VIN.
type identities map[string]VIN

// readIdentities reads a CSV file with the header "identifier,vin". Without a
// path there are none, and nil is returned. Errors name lines and never show a
// VIN or an identifier.
func readIdentities(path string) (identities, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w identities: %w", ErrOption, err)
	}
	defer file.Close()
	return parseIdentities(file)
}

func parseIdentities(file io.Reader) (identities, error) {
	rows := csv.NewReader(bufio.NewReader(file))
	rows.FieldsPerRecord, rows.ReuseRecord = 2, true
	header, err := rows.Read()
	if err != nil || header[0] != "identifier" || header[1] != "vin" {
		return nil, fmt.Errorf("%w identities: the first line is not \"identifier,vin\"", ErrOption)
	}
	found := identities{}
	for {
		fields, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		var malformed *csv.ParseError
		if errors.As(err, &malformed) {
			return nil, fmt.Errorf("%w identities, line %d: not two fields", ErrOption, malformed.Line)
		}
		if err != nil {
			return nil, fmt.Errorf("%w identities: %w", ErrOption, err)
		}
		if err := found.add(fields[0], fields[1]); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("%w identities, line %d: %w", ErrOption, line, err)
		}
	}
}

func (ids identities) add(identifier, text string) error {
	vin, ok := VIN(text).normalise()
	known, again := ids[identifier]
	switch {
	case identifier == "" || strings.TrimSpace(identifier) != identifier:
		return errors.New("the identifier is blank or has white space around it")
	case !ok:
		return errors.New("the VIN has not 17 digits and letters without I, O and Q")
	case again && known != vin:
		return errors.New("the identifier stands on an earlier line with another VIN")
	case len(ids) >= MaxIdentities:
		return fmt.Errorf("more than %d identifiers", MaxIdentities)
	}
	ids[strings.Clone(identifier)] = VIN(strings.Clone(string(vin)))
	return nil
}

// vehicle returns the vehicle that the names stand for. Names that are blank or
// not known say nothing; two that stand for different vehicles contradict each
// other.
func (ids identities) vehicle(names ...string) (VIN, Code, string) {
	var found VIN
	for _, name := range names {
		vin, ok := ids[name]
		switch {
		case name == "" || !ok:
		case found != "" && found != vin:
			return "", CodeVehicleUnidentified, "the row's identifiers stand for different vehicles"
		default:
			found = vin
		}
	}
	if ids == nil {
		return "", CodeVehicleUnidentified, "the row has other names for the vehicle than a VIN, and no file of identities is given"
	}
	if found == "" {
		return "", CodeVehicleUnidentified, "no identifier of the row stands in the file of identities"
	}
	return found, "", ""
}
