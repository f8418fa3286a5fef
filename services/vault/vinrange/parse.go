package vinrange

import (
	"slices"
	"strings"
)

const (
	// MaxText bounds one cell, in bytes.
	MaxText = 256
	// masks are the characters that stand for any.
	masks = "*#?."
	// padding is how many zeros before a serial number are none of the VIN's.
	padding = 8
	// between parts the ends in one cell.
	between = "TO"
)

// Parse reads the cells of a range: its first and last VIN, of which the second may be empty. It returns at least one range,
// or ErrMalformed.
func Parse(start, end string) ([]Range, error) {
	if len(start) > MaxText || len(end) > MaxText {
		return nil, ErrMalformed
	}
	firsts, seconds, ok := ends(words(start), words(end))
	if !ok {
		return nil, ErrMalformed
	}
	out := make([]Range, len(firsts))
	for i := range firsts {
		var err error
		if out[i], err = parseOne(firsts[i], seconds[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// words returns the words of a cell in upper case, without what is not ASCII.
func words(cell string) []string {
	ascii := strings.Map(func(c rune) rune {
		if c > '~' {
			return ' '
		}
		return c
	}, cell)
	return strings.Fields(strings.ToUpper(ascii))
}

// ends pairs the first ends with the second ones.
func ends(start, end []string) (firsts, seconds []string, ok bool) {
	if i := slices.Index(start, between); i >= 0 && len(end) == 0 {
		start, end = start[:i], start[i+1:]
	}
	firsts, seconds = join(start), join(end)
	if len(seconds) == 0 && len(firsts) == 1 && len(firsts[0]) == vinLength {
		seconds = firsts // one car
	}
	return firsts, seconds, len(firsts) > 0 && len(firsts) == len(seconds)
}

// join makes one of words that are no more than a VIN together.
func join(words []string) []string {
	if joined := strings.Join(words, ""); len(words) > 1 && len(joined) <= vinLength {
		return []string{joined}
	}
	return words
}

func parseOne(start, end string) (Range, error) {
	if isNumber(start) && isNumber(end) && max(len(start), len(end)) < vinLength {
		size := max(minSerial, len(start), len(end))
		start, end = fill(start, size), fill(end, size)
	}
	if len(start) != len(end) || len(start) > vinLength {
		return Range{}, ErrMalformed
	}
	if zeros := min(leadingZeros(start), leadingZeros(end)); len(start) == vinLength && zeros >= padding {
		zeros = min(zeros, vinLength-minSerial)
		start, end = start[zeros:], end[zeros:]
	}
	if len(start) < minSerial {
		return Range{}, ErrMalformed
	}
	first, ok := unmask(start)
	second, alsoOK := unmask(end)
	if !ok || !alsoOK {
		return Range{}, ErrMalformed
	}
	return newRange(first, second)
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func fill(number string, size int) string { return strings.Repeat("0", size-len(number)) + number }

func leadingZeros(text string) int { return len(text) - len(strings.TrimLeft(text, "0")) }

// unmask replaces masked characters by 0; ok is false when others are none of a VIN's.
func unmask(text string) (out []byte, ok bool) {
	out = []byte(text)
	for i, c := range out {
		switch {
		case strings.IndexByte(masks, c) >= 0:
			out[i] = 0
		case strings.IndexByte(alphabet, c) < 0:
			return nil, false
		}
	}
	return out, true
}
