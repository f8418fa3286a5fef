package vault

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	vinLength   = 17
	vinAlphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"

	// tagDomain separates the tags of VINs from every other use the tag key may ever have.
	tagDomain = "pcc/vault/vin/v1\x00"
)

// VIN is a vehicle identification number by ISO 3779, normalised. Its check digit is not judged: European VINs carry none.
type VIN struct{ Secret[string] }

// ParseVIN normalises raw (outer white space off, upper case) and returns its VIN, ErrVINLength or ErrVINAlphabet.
func ParseVIN(raw string) (VIN, error) {
	trimmed := strings.TrimSpace(raw)
	if utf8.RuneCountInString(trimmed) != vinLength {
		return VIN{}, ErrVINLength
	}
	normal := strings.ToUpper(trimmed)
	for i, c := range trimmed {
		// Some letters beyond ASCII have an upper case within it.
		if c > unicode.MaxASCII || strings.IndexByte(vinAlphabet, normal[i]) < 0 {
			return VIN{}, ErrVINAlphabet
		}
	}
	return VIN{Conceal(normal)}, nil
}

// TagInput returns what the VIN's tag is computed of: "pcc/vault/vin/v1", a zero byte, and the 17 characters in ASCII.
func (v VIN) TagInput() []byte { return []byte(tagDomain + v.Reveal()) }
