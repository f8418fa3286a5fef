package signing

import (
	"fmt"
	"syscall"
	"testing"
)

// BenchmarkReceive is what a receiver does for each event, in statements of one and of many: read the statement, verify it and
// hash the events' hashes to the root.
func BenchmarkReceive(b *testing.B) {
	for name, key := range newKeys(b) {
		for _, n := range []int{1, 200, MaxEvents} {
			signer := newSigner(b, key)
			events, hashes := someEvents(n)
			sealed, err := signer.Sign(events)
			must(b, err)
			public := signer.Public()
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				start := cpuTime(b)
				for b.Loop() {
					signed, err := Parse(sealed)
					must(b, err)
					must(b, signed.Verify(public))
					tree, err := NewTree(hashes)
					must(b, err)
					if tree.Root() != signed.Root {
						b.Fatal("another root")
					}
				}
				b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N)/float64(n), "cpu-ns/event")
			})
		}
	}
}

// cpuTime is what the process has used of the processors, in nanoseconds: unlike the time of a clock it does not grow with what
// else the machine does.
func cpuTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}
