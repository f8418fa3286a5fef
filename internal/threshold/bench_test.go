package threshold_test

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/internal/threshold"
)

func BenchmarkEncapsulate(b *testing.B) {
	q := newQuestion(b, 1, 1, 1)
	for b.Loop() {
		if _, _, err := threshold.Encapsulate(rand.Reader, q.set.Public, "label"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is a trustee's part, BenchmarkRead that of all parties after the capsule was made.
func BenchmarkOpen(b *testing.B) {
	for _, capsules := range []int{1, 256} {
		b.Run(fmt.Sprintf("%d capsules", capsules), func(b *testing.B) {
			q := newQuestion(b, 1, 1, capsules)
			for b.Loop() {
				q.open(b, 0)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ needed, n int }{{3, 5}, {4, 6}} {
		b.Run(fmt.Sprintf("%d of %d", c.needed, c.n), func(b *testing.B) {
			q := newQuestion(b, c.n, c.needed, 1)
			for b.Loop() {
				var verified []*threshold.Verified
				for i := range c.needed {
					verified = append(verified, q.verify(b, q.open(b, i)))
				}
				if _, err := q.set.Combine(verified); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
