package proc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const strayPollInterval = 10 * time.Millisecond

// stray is a recorded process whose supervisor may be gone.
type stray struct {
	record
	path string
}

// StopStray ends the processes that a supervisor on dir recorded and left behind by dying itself, the youngest first:
// stop signal, then after 10 s or when ctx ends a kill of the group. A recorded pid that now belongs to another
// process is left alone. The records are removed. A missing dir is no error.
func StopStray(ctx context.Context, dir string) error {
	strays, err := readStrays(filepath.Join(dir, "pid"))
	if err != nil {
		return err
	}
	slices.SortFunc(strays, func(a, b stray) int { return cmp.Compare(b.started, a.started) })
	var errs []error
	for _, s := range strays {
		if err := s.end(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop stray %s: %w", filepath.Base(s.path), err))
		}
	}
	return errors.Join(errs...)
}

func readStrays(pidDir string) ([]stray, error) {
	entries, err := os.ReadDir(pidDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list pid files: %w", err)
	}
	var strays []stray
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), draftPrefix) {
			continue
		}
		path := filepath.Join(pidDir, entry.Name())
		r, err := readRecord(path)
		if err != nil {
			return nil, err
		}
		strays = append(strays, stray{record: r, path: path})
	}
	return strays, nil
}

func (s stray) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, defaultStopTimeout)
	defer cancel()
	if s.alive() {
		if err := syscall.Kill(s.pid, s.stop); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", s.pid, err)
		}
	}
	if !s.gone(ctx) {
		if err := s.signalGroup(syscall.SIGKILL); err != nil {
			return err
		}
		killed, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
		defer cancel()
		if !s.gone(killed) {
			return fmt.Errorf("process %d does not end even when killed", s.pid)
		}
	}
	return removeRecord(s.path)
}

// gone polls until the process has ended; it is not our child, so there is nothing to wait on.
func (s stray) gone(ctx context.Context) bool {
	poll := time.NewTicker(strayPollInterval)
	defer poll.Stop()
	for s.alive() {
		select {
		case <-ctx.Done():
			return !s.alive()
		case <-poll.C:
		}
	}
	return true
}
