package history

import (
	"math/big"
	"testing"
)

func TestTimesIsExact(t *testing.T) {
	for _, c := range []struct {
		text   string
		factor int64
		want   int64
	}{
		{"15.342", 1000, 15342},
		{"0.1", 1000, 100},
		{"41.12", 1000, 41120},
		{"9007199254740993", 1, 9007199254740993}, // no float64
		{"1.5e3", 1, 1500},
		{"15E-1", 10, 15},
		{"0.5", 1, 0},
		{"1.5", 1, 2},
		{"2.5", 1, 2},
		{"-0.5", 1, 0},
		{"-1.5", 1, -2},
		{"-2.51", 1, -3},
	} {
		if got, err := times(c.text, big.NewRat(c.factor, 1)); got != c.want || err != nil {
			t.Errorf("%s times %d = %d, %v, want %d", c.text, c.factor, got, err, c.want)
		}
	}
	for _, text := range []string{"", "x", "1e999999999", "1e100", "0x10", "1/3", "1_000", " 1", "+1", ".5", "99999999999999999999"} {
		if got, err := times(text, big.NewRat(1, 1)); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}
