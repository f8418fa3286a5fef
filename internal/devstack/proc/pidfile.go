package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// identity names one process for good: a pid alone is reused by the kernel, a pid with its start time is not.
type identity struct {
	pid int
	// started is the start time in clock ticks after boot, field 22 of /proc/<pid>/stat.
	started uint64
}

// identify reads the identity of the live process pid.
func identify(pid int) (identity, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	// The command name, in parentheses, may itself hold spaces and parentheses: fields count from after the last one.
	const stateField, startField = 3, 22
	end := bytes.LastIndexByte(stat, ')')
	fields := strings.Fields(string(stat[end+1:]))
	if end < 0 || len(fields) <= startField-stateField {
		return identity{}, fmt.Errorf("identify process %d: malformed stat", pid)
	}
	if fields[0] == "Z" {
		return identity{}, fmt.Errorf("identify process %d: %w", pid, os.ErrProcessDone)
	}
	started, err := strconv.ParseUint(fields[startField-stateField], 10, 64)
	if err != nil {
		return identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	return identity{pid: pid, started: started}, nil
}

// alive reports whether the very process id names still runs.
func (id identity) alive() bool {
	now, err := identify(id.pid)
	return err == nil && now == id
}

// signalGroup sends sig to the group that the process leads; a group that is gone already is no error.
func (id identity) signalGroup(sig syscall.Signal) error {
	if id.pid <= 1 {
		return fmt.Errorf("signal process group: refused for pid %d", id.pid)
	}
	if err := syscall.Kill(-id.pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal process group %d: %w", id.pid, err)
	}
	return nil
}

// draftPrefix marks a pid file that was not finished; no process name starts with it.
const draftPrefix = ".new-"

// record is what a pid file holds: the process, and how to ask it to end.
type record struct {
	identity
	stop syscall.Signal
}

// write replaces the pid file in one step: a crash leaves the old one or the new one, never half of it.
func (r record) write(path string) error {
	line := fmt.Sprintf("%d %d %d\n", r.pid, r.started, int(r.stop))
	draft := filepath.Join(filepath.Dir(path), draftPrefix+filepath.Base(path))
	if err := os.WriteFile(draft, []byte(line), 0o600); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	return nil
}

func readRecord(path string) (record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return record{}, fmt.Errorf("read pid file: %w", err)
	}
	var r record
	if _, err := fmt.Sscanf(string(text), "%d %d %d\n", &r.pid, &r.started, (*int)(&r.stop)); err != nil {
		return record{}, fmt.Errorf("pid file %s: %w", path, err)
	}
	return r, nil
}

// removeRecord deletes a pid file; one that is gone already is no error.
func removeRecord(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove pid file: %w", err)
	}
	return nil
}
