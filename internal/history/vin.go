package history

import (
	"crypto/sha256"
	"math/big"
	"strings"
)

const (
	// testWMI begins every test VIN. The first character of a VIN names a region
	// of the world, and no region has "0": no manufacturer can be given this code.
	testWMI = "0PC"

	vinAlphabet     = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	vinYearAlphabet = "123456789ABCDEFGHJKLMNPRSTVWXY"
	vinDigits       = "0123456789"

	vinLength          = 17
	vinCheckPosition   = 8
	vinYearPosition    = 9
	vinSerialDigitsPos = 13
)

// TestVIN returns the test VIN of a pseudonym: always the same one, of 17
// characters without I, O and Q, with a right check digit, a valid model-year
// character and digits at the end. Different pseudonyms share a VIN with
// probability 2^-58; a [Source] rejects such a vehicle as repeated.
func TestVIN(pseudonym string) VIN {
	digest := sha256.Sum256([]byte("pcc/history/test-vin/v1:" + pseudonym))
	entropy := new(big.Int).SetBytes(digest[:])
	vin := []byte(testWMI)
	for position := len(vin); position < vinLength; position++ {
		vin = append(vin, draw(entropy, alphabetAt(position)))
	}
	vin[vinCheckPosition] = checkDigit(vin)
	return VIN(vin)
}

// normalise returns the VIN as the platform keeps it, without white space around
// it and in capitals, or false when it is none. The check digit is not judged:
// European VINs carry none.
func (v VIN) normalise() (VIN, bool) {
	normal := strings.ToUpper(strings.TrimSpace(string(v)))
	if len(normal) != vinLength || strings.Trim(normal, vinAlphabet) != "" {
		return "", false
	}
	return VIN(normal), true
}

// draw takes one character off the entropy, as the digit of a mixed-radix number.
func draw(entropy *big.Int, alphabet string) byte {
	var rest big.Int
	entropy.DivMod(entropy, big.NewInt(int64(len(alphabet))), &rest)
	return alphabet[rest.Int64()]
}

func alphabetAt(position int) string {
	switch {
	case position == vinCheckPosition:
		return "0" // has no weight until the check digit takes its place
	case position == vinYearPosition:
		return vinYearAlphabet
	case position >= vinSerialDigitsPos:
		return vinDigits
	default:
		return vinAlphabet
	}
}

// checkDigit computes position 9 of a VIN: characters are given the values of
// ISO 3779's transliteration table, weighted by position and taken modulo 11.
func checkDigit(vin []byte) byte {
	const (
		letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
		values  = "12345678123457923456789"
	)
	weights := [vinLength]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, c := range vin {
		if at := strings.IndexByte(letters, c); at >= 0 {
			c = values[at]
		}
		sum += weights[i] * int(c-'0')
	}
	return "0123456789X"[sum%11]
}
