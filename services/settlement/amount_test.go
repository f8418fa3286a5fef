package settlement

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]Amount{
		"0": 0, "1": 10_000, "2.5": 25_000, "2.5000": 25_000, "0.0001": 1, "007.1": 71_000,
		"99999999999999.9999": 999_999_999_999_999_999,
	} {
		got, err := ParseAmount(text)
		if err != nil || got != want {
			t.Errorf("ParseAmount(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", ".", "1.", ".5", "-1", "+1", "1.00001", "1,5", "1e3", " 1", "1 ", "1.-5", "1_000", "0x1", "1.2.3", "１", "100000000000000",
	} {
		if got, err := ParseAmount(text); !errors.Is(err, ErrAmountInvalid) {
			t.Errorf("ParseAmount(%q) = %d, %v; want AMOUNT_INVALID", text, got, err)
		}
	}
}

func TestAmountString(t *testing.T) {
	for a, want := range map[Amount]string{
		0: "0.0000", 1: "0.0001", -1: "-0.0001", 25_000: "2.5000", -25_000: "-2.5000",
		math.MaxInt64: "922337203685477.5807", math.MinInt64: "-922337203685477.5808",
	} {
		if got := a.String(); got != want {
			t.Errorf("Amount(%d) prints %q, want %q", int64(a), got, want)
		}
	}
}

func TestAmountSurvivesText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(0, 999_999_999_999_999_999).Draw(t, "amount"))
		if got, err := ParseAmount(a.String()); err != nil || got != a {
			t.Fatalf("ParseAmount(%q) = %d, %v", a.String(), got, err)
		}
	})
}

func TestAddIsCheckedAtBothEnds(t *testing.T) {
	for _, pair := range [][2]Amount{{math.MaxInt64, 1}, {math.MinInt64, -1}, {math.MinInt64, math.MinInt64}} {
		if got, err := pair[0].Add(pair[1]); !errors.Is(err, ErrAmountOverflow) {
			t.Errorf("%d + %d = %d, %v", pair[0], pair[1], got, err)
		}
	}
	if got, err := Amount(math.MinInt64).Add(math.MaxInt64); err != nil || got != -1 {
		t.Errorf("the sum of the ends is %d, %v; want -1", got, err)
	}
}

// TestNoFloatingPoint looks through all that money passes: code, generated code, protos, schema and queries.
func TestNoFloatingPoint(t *testing.T) {
	inexact := map[string]*regexp.Regexp{
		".go":    regexp.MustCompile(`\b(float|complex)(32|64|128)\b|\bbig\.Float\b|\bmath\.(Floor|Round|Ceil|Trunc|Pow|Sqrt)\b`),
		".proto": regexp.MustCompile(`\b(float|double)\b`),
		".sql":   regexp.MustCompile(`(?i)\b(float[48]?|real|double precision|money)\b`),
	}
	repository := os.DirFS("../..")
	for _, folder := range []string{"services/settlement", "proto/pcc/settlement", "proto/gen/pcc/settlement", "migrations/settlement"} {
		files := 0
		err := fs.WalkDir(repository, folder, func(name string, _ fs.DirEntry, err error) error {
			pattern := inexact[path.Ext(name)]
			if err != nil || pattern == nil || path.Base(name) == "amount_test.go" {
				return err
			}
			source, err := fs.ReadFile(repository, name)
			if found := pattern.Find(comment.ReplaceAll(source, nil)); found != nil {
				t.Errorf("%s uses %s: money is counted in integers", name, found)
			}
			files++
			return err
		})
		if err != nil || files == 0 {
			t.Errorf("%s: %d files, %v", folder, files, err)
		}
	}
}

// comment is one of any of the languages, up to the end of its line.
var comment = regexp.MustCompile(`(?m)(//|--).*$`)
