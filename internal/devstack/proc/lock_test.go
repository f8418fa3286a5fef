package proc_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

func TestLockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := proc.TryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proc.TryLock(path); !errors.Is(err, proc.ErrLocked) {
		t.Errorf("second lock: %v; want ErrLocked", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := proc.Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for the lock: %v; want deadline exceeded", err)
	}
	waited := make(chan error, 1)
	go func() {
		unlock, err := proc.Lock(t.Context(), path)
		if err == nil {
			err = unlock()
		}
		waited <- err
	}()
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("lock after the release: %v", err)
	}
}
