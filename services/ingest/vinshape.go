package ingest

import "strings"

// revealsVehicle reports whether an id or a source holds what looks like a VIN: it would be journaled for ever. By ISO 3779 that
// is 17 digits and letters without I, O and Q, the last four digits; ids of digits alone are numbers of something else.
func revealsVehicle(name string) bool {
	words := strings.FieldsFunc(name, func(c rune) bool { return !isDigit(c) && !isLetter(c) })
	for _, word := range words {
		if len(word) == vinLength && looksLikeVIN(word) {
			return true
		}
	}
	return false
}

const (
	vinLength = 17
	// vinSerial is how many of its last characters are digits.
	vinSerial = 4
)

func looksLikeVIN(word string) bool {
	letters := 0
	for i, c := range word {
		switch {
		case strings.ContainsRune("IOQioq", c):
			return false
		case isDigit(c):
		case i >= vinLength-vinSerial:
			return false
		default:
			letters++
		}
	}
	return letters > 0
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func isLetter(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }
