package vault

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAMonthEndsOnTheSameDayOrTheMonthsLast(t *testing.T) {
	for from, want := range map[string]string{
		"2026-01-15": "2026-02-15", "2026-01-31": "2026-02-28", "2024-01-30": "2024-02-29", "2026-12-31": "2027-01-31", "2026-03-31": "2026-04-30",
	} {
		if got := monthsAfter(day(t, from), 1).Format(time.DateOnly); got != want {
			t.Errorf("a month after %s is %s, want %s", from, got, want)
		}
	}
	if got := monthsAfter(day(t, "2025-11-30"), 3).Format(time.DateOnly); got != "2026-02-28" {
		t.Errorf("three months after the end of November: %s", got)
	}
}

// TestDeadlines holds whatever happens to a request, in whatever order: the answer is due within the months that the regulation
// gives, and what has ended stays ended.
func TestDeadlines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		r := SubjectRequest{Kind: KindErasure}
		if err := r.begin(now); err != nil {
			t.Fatal(err)
		}
		received := now
		for range rapid.IntRange(0, 6).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "days")) * 24 * time.Hour)
			before := r
			var err error
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				err = r.extend("complexity", now)
			case 1:
				err = r.refuse("unfounded", now)
			default:
				if err = r.grantable(KindErasure); err == nil {
					r.State = StateUnderWay
				}
			}
			if (err != nil || before.Ended()) && r != before {
				t.Fatalf("refused, and changed: %v", err)
			}
			if before.State == StateUnderWay && r.State == StateRefused {
				t.Fatal("an erasure that had begun was refused")
			}
		}
		if latest := monthsAfter(received, extendedMonths); r.DueTime.After(latest) || r.Extension == "" && !r.DueTime.Equal(monthsAfter(received, 1)) {
			t.Fatalf("received %s, due %s", received, r.DueTime)
		}
	})
}

func TestWhenARequestCameIn(t *testing.T) {
	now := day(t, "2026-05-01")
	for received, valid := range map[time.Time]bool{{}: true, now.Add(-maxBackdate): true, now.Add(-maxBackdate - 1): false, now.Add(1): false} {
		r := SubjectRequest{ReceiveTime: received}
		if err := r.begin(now); (err == nil) != valid {
			t.Errorf("received at %s: %v", received, err)
		}
	}
	late := SubjectRequest{ReceiveTime: now.AddDate(0, -2, 0)}
	if err := late.begin(now); err != nil || !late.Overdue(now) || !errors.Is(late.extend("complexity", now), ErrTooLate) {
		t.Errorf("a request of two months ago: %+v, %v", late, err)
	}
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
