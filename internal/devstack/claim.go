package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// downTimeout bounds how long Down waits for the supervisor to stop everything.
const downTimeout = 90 * time.Second

func (l Layout) lockFile() string { return l.path("supervisor.lock") }
func (l Layout) pidFile() string  { return l.path("supervisor.pid") }

// Claim makes this process the stack's one supervisor until release.
func (l Layout) Claim() (release func(), err error) {
	if err := l.makeDirs(); err != nil {
		return nil, err
	}
	unlock, err := proc.TryLock(l.lockFile())
	if errors.Is(err, proc.ErrLocked) {
		return nil, errors.New("a supervisor is running here already: stop it with `make down`")
	}
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.pidFile(), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("devstack: %w", err), unlock())
	}
	return func() {
		_ = os.Remove(l.pidFile())
		_ = unlock()
	}, nil
}

// Running reports whether a supervisor holds the stack.
func (l Layout) Running() bool {
	unlock, err := proc.TryLock(l.lockFile())
	if err == nil {
		_ = unlock()
	}
	return errors.Is(err, proc.ErrLocked)
}

// Down asks the supervisor to stop the stack and waits until it has, and ends what a supervisor that was killed left
// behind. It reports whether anything was running.
func (l Layout) Down(ctx context.Context) (stopped bool, err error) {
	if _, err := os.Stat(l.State); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, downTimeout)
	defer cancel()
	if l.Running() {
		stopped = true
		if err := l.signalSupervisor(); err != nil {
			return stopped, err
		}
	}
	unlock, err := proc.Lock(ctx, l.lockFile())
	if err != nil {
		return stopped, fmt.Errorf("devstack: the supervisor does not stop: %w", err)
	}
	defer func() { _ = unlock() }()
	return stopped, errors.Join(proc.StopStray(ctx, l.State), os.RemoveAll(l.InfoFile()))
}

// signalSupervisor is called only while the lock is held by another process: the pid in the file is then that process's,
// because it wrote the file after it took the lock and removes it before it lets go.
func (l Layout) signalSupervisor() error {
	raw, err := os.ReadFile(l.pidFile())
	if err != nil {
		return fmt.Errorf("devstack: the supervisor is starting or stopping: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil || pid <= 1 {
		return fmt.Errorf("devstack: %s holds no process id", l.pidFile())
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("devstack: stop the supervisor: %w", err)
	}
	return nil
}

// Forget deletes the data, keys and ledgers of a stack that is down.
func (l Layout) Forget() error {
	if l.Running() {
		return errors.New("devstack: the stack is running")
	}
	if filepath.Clean(l.State) == filepath.Clean(l.Root) {
		return errors.New("devstack: the state folder is the project itself")
	}
	return errors.Join(postgres.Remove(l.path("postgres")), os.RemoveAll(l.State))
}
