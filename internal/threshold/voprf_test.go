package threshold_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
)

// TestEveryThresholdShowsTheOneOutput compares with the key's own output, whoever shows.
func TestEveryThresholdShowsTheOneOutput(t *testing.T) {
	key, public, _ := rfc9497(t)
	input := []byte("input")
	blind, blinded, err := threshold.Blind(rand.Reader, input)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := threshold.Share{Index: 1, Secret: key}.Show(rand.Reader, blinded)
	if err != nil {
		t.Fatal(err)
	}
	want, err := threshold.Finalize(input, blind, whole.Evaluation)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(r, "trustees")
		needed := rapid.IntRange(1, n).Draw(r, "threshold")
		_, shares := thresholdtest.Deal(t, key, n, needed)
		chosen := rapid.Permutation(seq(n)).Draw(r, "who")[:needed]
		slices.Sort(chosen)
		var all []threshold.Shown
		for _, i := range chosen {
			s, err := shares[i].Show(rand.Reader, blinded)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		e, err := threshold.CombineShown(public, blinded, all)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := threshold.Finalize(input, blind, e); err != nil || got != want {
			t.Fatalf("another output, %v", err)
		}
		if _, err := threshold.CombineShown(public, blinded, all[1:]); !errors.Is(err, threshold.ErrKeySet) {
			t.Fatalf("one too few: %v", err)
		}
		all[0].Evaluation = public
		if _, err := threshold.CombineShown(public, blinded, all); !errors.Is(err, threshold.ErrProof) {
			t.Fatalf("a wrong evaluation: %v", err)
		}
	})
}
