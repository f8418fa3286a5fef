package ingest_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
)

// TestRisingAnswersTellTheBestAtAnyTime holds the steps against the answers that they stand for.
func TestRisingAnswersTellTheBestAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qualities := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 300).Draw(t, "qualities")
		answers := make([]ingest.Answer, len(qualities))
		for i, q := range qualities {
			answers[i] = ingest.Answer{From: now.Add(time.Duration(i) * time.Second), Quality: q}
		}
		rising := ingest.Rising(answers)
		if len(rising) > 100 {
			t.Fatalf("%d steps", len(rising))
		}
		at := rapid.IntRange(-1, len(qualities)).Draw(t, "at")
		moment := now.Add(time.Duration(at) * time.Second)
		want, got := 0, 0
		for _, a := range answers {
			if !a.From.After(moment) {
				want = max(want, a.Quality)
			}
		}
		for _, a := range rising {
			if !a.From.After(moment) {
				got = a.Quality
			}
		}
		if got != want {
			t.Fatalf("best at %d is %d, want %d", at, got, want)
		}
	})
}
