package signing

import (
	"fmt"
	"testing"
)

// BenchmarkReceive is what a receiver does for each event, in statements of one and of many: read the statement, verify it,
// hash the events' hashes to the root and keep each event's path.
func BenchmarkReceive(b *testing.B) {
	for name, key := range newKeys(b) {
		for _, n := range []int{1, 200, MaxEvents} {
			signer := newSigner(b, key)
			events, hashes := someEvents(n)
			sealed, err := signer.Sign(events)
			must(b, err)
			public := signer.Public()
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					signed, err := Parse(sealed)
					must(b, err)
					must(b, signed.Verify(public))
					tree, err := NewTree(hashes)
					must(b, err)
					if tree.Root() != signed.Root {
						b.Fatal("another root")
					}
					for i := range n {
						JoinPath(tree.Path(i))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/event")
			})
		}
	}
}
