// Package usage tells what processes have used, as Linux counts it.
package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of CPU times in /proc on Linux.
const ticksPerSecond = 100

// Usage is what a process and its children have used; memory that they share counts for each.
type Usage struct {
	CPUSeconds float64
	RSSMiB     float64
}

// Of reads the processes that the supervisor on a folder recorded (internal/devstack/proc), by name.
func Of(dir string) (map[string]Usage, error) {
	files, err := filepath.Glob(filepath.Join(dir, "pid", "*"))
	if err != nil {
		return nil, err
	}
	leaders := map[int]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
		pid, err := strconv.Atoi(strings.Fields(string(raw))[0])
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", f, err)
		}
		leaders[pid] = filepath.Base(f)
	}
	out := map[string]Usage{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	for _, f := range stats {
		pid, parent, u, ok := readStat(f)
		name, mine := leaders[pid]
		if !mine {
			name, mine = leaders[parent]
		}
		if ok && mine {
			sum := out[name]
			out[name] = Usage{CPUSeconds: sum.CPUSeconds + u.CPUSeconds, RSSMiB: sum.RSSMiB + u.RSSMiB}
		}
	}
	return out, nil
}

// readStat returns what a process uses; ok is false when it ended meanwhile. Its own ended children count too: PostgreSQL's
// backends come and go.
func readStat(path string) (pid, parent int, u Usage, ok bool) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, u, false
	}
	text := string(raw)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const parentField, userField, childSystemField, rssField = 1, 11, 14, 21 // from the state on
	if len(fields) <= rssField {
		return 0, 0, u, false
	}
	pid, _ = strconv.Atoi(text[:strings.IndexByte(text, ' ')])
	parent, _ = strconv.Atoi(fields[parentField])
	for _, field := range fields[userField : childSystemField+1] {
		ticks, _ := strconv.ParseFloat(field, 64)
		u.CPUSeconds += ticks / ticksPerSecond
	}
	pages, _ := strconv.ParseFloat(fields[rssField], 64)
	u.RSSMiB = pages * float64(os.Getpagesize()) / (1 << 20)
	return pid, parent, u, true
}

// Since returns what was used after before.
func Since(before, after map[string]Usage) map[string]Usage {
	out := map[string]Usage{}
	for name, u := range after {
		out[name] = Usage{CPUSeconds: u.CPUSeconds - before[name].CPUSeconds, RSSMiB: u.RSSMiB}
	}
	return out
}

// Own returns the CPU time of this process, in seconds.
func Own() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for the process itself
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds()
}
