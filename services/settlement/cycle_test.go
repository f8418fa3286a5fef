package settlement

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestCyclesCoverTimeOnce closes at any moments, early or not, and wants every moment in one cycle, and each day and month ended
// by one.
func TestCyclesCoverTimeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opened := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		last, now, months := Cycle{End: opened}, opened, 0
		for range rapid.IntRange(1, 100).Draw(t, "moments") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")).Truncate(time.Microsecond))
			early := rapid.Bool().Draw(t, "early")
			for {
				sealed, ok := last.next().seal(now, early)
				if !ok {
					break
				}
				if sealed.Number != last.Number+1 || !sealed.Start.Equal(last.End) || !sealed.End.After(sealed.Start) {
					t.Fatalf("%+v follows %+v", sealed, last)
				}
				if sealed.End.After(now) || sealed.End.After(sealed.midnight()) {
					t.Fatalf("at %s: %+v", now, sealed)
				}
				if month, ends := sealed.Month(); ends {
					months++
					if !month.End().Equal(sealed.End) || sealed.Start.Before(month.Start()) {
						t.Fatalf("%+v ends %s", sealed, month)
					}
				}
				last = sealed
			}
			if want := dayOf(now); last.End.Before(want) {
				t.Fatalf("at %s the last cycle ended at %s", now, last.End)
			}
		}
		if want := (now.Year()-opened.Year())*12 + int(now.Month()-opened.Month()); months != want {
			t.Fatalf("%d months ended from %s to %s, want %d", months, opened, now, want)
		}
	})
}

func TestMonthsAreReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"2026-03", "1999-12"} {
		if m, err := ParseMonth(text); err != nil || m.String() != text {
			t.Errorf("%s: %s, %v", text, m, err)
		}
	}
	for _, text := range []string{"", "2026", "2026-13", "2026-3", "2026-03-01", "periods"} {
		if m, err := ParseMonth(text); err == nil {
			t.Errorf("%q is %s", text, m)
		}
	}
}
