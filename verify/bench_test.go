package verify_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// BenchmarkDocument verifies the document of sixty events of all kinds, that the browser is measured with too.
func BenchmarkDocument(b *testing.B) {
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(vectorDir, name))
		if err != nil {
			b.Fatal(err)
		}
		return content
	}
	trust, err := verify.ParseTrust(read("trust.json"))
	if err != nil {
		b.Fatal(err)
	}
	document := read("valid/sixty_events_of_every_kind.json")
	for b.Loop() {
		if _, err := verify.Verify(document, trust, eventview.Decode); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(document)), "bytes")
}
