package vault

import "strings"

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
	normal := strings.ToUpper(strings.TrimSpace(raw))
	if len([]rune(normal)) != vinLength {
		return VIN{}, ErrVINLength
	}
	for _, c := range normal {
		if !strings.ContainsRune(vinAlphabet, c) {
			return VIN{}, ErrVINAlphabet
		}
	}
	return VIN{Conceal(normal)}, nil
}

// TagInput returns what the VIN's tag is computed of: "pcc/vault/vin/v1", a zero byte, and the 17 characters in ASCII.
func (v VIN) TagInput() []byte { return []byte(tagDomain + v.Reveal()) }
