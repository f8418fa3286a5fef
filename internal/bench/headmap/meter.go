package headmap

import (
	"runtime"
	"syscall"
	"time"
)

// meter measures the CPU time of a step and the memory since the beginning.
type meter struct {
	base    uint64
	started time.Duration
}

func (m *meter) start() {
	runtime.GC()
	m.started = usedCPU()
}

func (m *meter) cpu() time.Duration { return usedCPU() - m.started }

// live returns the bytes on the heap beyond those at the beginning.
func (m *meter) live() uint64 { return max(liveBytes(), m.base) - m.base }

func liveBytes() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func usedCPU() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakBytes is the most that was resident. Linux counts it in KiB.
func peakBytes() int64 { return usage().Maxrss * 1024 }

func usage() syscall.Rusage {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for the process itself
	return u
}
