package eventlist

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	vinLength   = 17
	vinAlphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"

	// inputDomain separates the tags of VINs from every other use the tag key may ever have.
	inputDomain = "pcc/vault/vin/v1\x00"
)

// Errors of NormalVIN. They do not hold what was given.
var (
	ErrVINLength   = errors.New("eventlist: a VIN has 17 characters")
	ErrVINAlphabet = errors.New("eventlist: a VIN has digits and letters without I, O and Q")
)

// NormalVIN returns a vehicle identification number by ISO 3779 in the form that tags are of: outer white space off, upper
// case. Its check digit is not judged: European VINs carry none. The error is ErrVINLength or ErrVINAlphabet.
func NormalVIN(raw string) (string, error) {
	trimmed := strings.TrimSpace(raw)
	if utf8.RuneCountInString(trimmed) != vinLength {
		return "", ErrVINLength
	}
	normal := strings.ToUpper(trimmed)
	for i, c := range trimmed {
		// Some letters beyond ASCII have an upper case within it.
		if c > unicode.MaxASCII || strings.IndexByte(vinAlphabet, normal[i]) < 0 {
			return "", ErrVINAlphabet
		}
	}
	return normal, nil
}

// TagInput returns the input of the VOPRF for a VIN in its normal form.
func TagInput(normalVIN string) []byte { return []byte(inputDomain + normalVIN) }
