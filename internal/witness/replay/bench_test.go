package replay_test

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/witness/replay"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// BenchmarkEpoch replays an epoch of 100,000 entries in as many of a million lists, and tells how large the file is then.
func BenchmarkEpoch(b *testing.B) {
	const lists, entries, most = 1_000_000, 100_000, 1 << 19
	random := rand.New(rand.NewPCG(1, 2))
	p := witnesstest.NewPlatform(b, origin)
	for i := range lists {
		if p.Journal("ingest/oem", 1+i); i%most == most-1 {
			p.Cut(now)
		}
	}
	p.Cut(now)
	file := filepath.Join(b.TempDir(), "replay.db")
	f, err := replay.Open(replay.Options{File: file, Origin: origin, Source: p, Logger: slog.New(slog.DiscardHandler), Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Approve(b.Context(), at(p, p.Size())); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		for range entries {
			p.Journal("ingest/oem", 1+random.IntN(lists))
		}
		p.Cut(now)
		b.StartTimer()
		if err := f.Approve(b.Context(), at(p, p.Size())); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/lists, "bytes/list")
}
