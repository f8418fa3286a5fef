package export_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/internal/headmap"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/services/anchor/export"
	"github.com/pcc-platform/pcc/verify"
)

// BenchmarkExport makes the document of a vehicle with 60 events among others, each of which has three lists: putting the lists in
// order, the proofs of the map, and the check of all that a reader will check but for signatures. What the journal takes to
// find the events is not in it.
func BenchmarkExport(b *testing.B) {
	for _, vehicles := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("of %d vehicles", vehicles), func(b *testing.B) {
			w := newWorld()
			var err error
			if w.state.Heads, err = headmap.New().Apply(others(3 * vehicles)); err != nil {
				b.Fatal(err)
			}
			var events []entry
			for i := range 60 {
				events = append(events, entry{stream: "ingest/oem", passport: passport, eventType: types()[i%len(types())]})
			}
			if err := w.addEpoch(events...); err != nil {
				b.Fatal(err)
			}
			var document []byte
			for b.Loop() {
				d, err := w.export(export.Withheld{})
				if err == nil {
					document, err = verify.Encode(d)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(document)), "bytes")
		})
	}
}

// others are heads of lists of one entry.
func others(n int) []headproof.Entry {
	entries := make([]headproof.Entry, n)
	for i := range entries {
		hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		entries[i] = headproof.Entry{Key: hash, Head: headproof.Head{Count: 1, Root: hash}}
	}
	return entries
}
