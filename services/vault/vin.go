package vault

import (
	"errors"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// VIN is a vehicle identification number by ISO 3779, normalised.
type VIN struct{ Secret[string] }

// ParseVIN normalises raw (outer white space off, upper case) and returns its VIN, ErrVINLength or ErrVINAlphabet.
func ParseVIN(raw string) (VIN, error) {
	normal, err := eventlist.NormalVIN(raw)
	switch {
	case errors.Is(err, eventlist.ErrVINLength):
		return VIN{}, ErrVINLength
	case err != nil:
		return VIN{}, ErrVINAlphabet
	}
	return VIN{Conceal(normal)}, nil
}

// TagInput returns what the VIN's tag is computed of.
func (v VIN) TagInput() []byte { return eventlist.TagInput(v.Reveal()) }
