package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const lockPollInterval = 50 * time.Millisecond

// ErrLocked says that another live process holds the lock.
var ErrLocked = errors.New("locked by another process")

// TryLock takes the lock file at path for this process, or fails with ErrLocked. The kernel releases the lock should
// the process die; unlock releases it before. The file stays.
func TryLock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return f.Close, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = ErrLocked
	}
	return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
}

// Lock is TryLock that waits until ctx ends for another process to release the lock.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	poll := time.NewTicker(lockPollInterval)
	defer poll.Stop()
	for {
		unlock, err := TryLock(path)
		if !errors.Is(err, ErrLocked) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", err, ctx.Err())
		case <-poll.C:
		}
	}
}
