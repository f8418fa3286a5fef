package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of CPU times in /proc on Linux.
const ticksPerSecond = 100

// usage is what a process and its children have used; memory that they share counts for each.
type usage struct {
	cpuSeconds float64
	rssMiB     float64
}

// usages reads the processes that the supervisor on dir recorded, by name.
func usages(dir string) (map[string]usage, error) {
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
	out := map[string]usage{}
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
			out[name] = usage{cpuSeconds: sum.cpuSeconds + u.cpuSeconds, rssMiB: sum.rssMiB + u.rssMiB}
		}
	}
	return out, nil
}

// readStat returns what a process uses; ok is false when it ended meanwhile. Its own ended children count too: PostgreSQL's
// backends come and go.
func readStat(path string) (pid, parent int, u usage, ok bool) {
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
		u.cpuSeconds += ticks / ticksPerSecond
	}
	pages, _ := strconv.ParseFloat(fields[rssField], 64)
	u.rssMiB = pages * float64(os.Getpagesize()) / (1 << 20)
	return pid, parent, u, true
}

// since returns what was used after before.
func since(before, after map[string]usage) map[string]usage {
	out := map[string]usage{}
	for name, u := range after {
		out[name] = usage{cpuSeconds: u.cpuSeconds - before[name].cpuSeconds, rssMiB: u.rssMiB}
	}
	return out
}
