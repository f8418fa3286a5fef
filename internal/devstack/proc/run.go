package proc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killTimeout bounds the wait for a killed process, which only a kernel that does not let go of it can exceed.
const killTimeout = 5 * time.Second

// run is one operating-system process from launch to exit.
type run struct {
	cmd    *exec.Cmd
	id     identity
	exited chan struct{} // closed once the process is reaped and the rest of its group killed

	mu     sync.Mutex // held to signal and to reap: a reaped pid must not be signalled
	reaped bool
	err    error // of Wait; read after exited
}

// launch starts the process in a group of its own and records it.
func launch(spec Spec, logPath, pidPath string) (*run, error) {
	out, err := openLog(logPath)
	if err != nil {
		return nil, err
	}
	defer out.Close()                            // the process has its own descriptor
	cmd := exec.Command(spec.Path, spec.Args...) //nolint:noctx // its life is the supervisor's, not a context's
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = spec.Env, spec.Dir, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := RunAs(cmd, spec.User); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start process: %w", err)
	}
	r := &run{cmd: cmd, id: identity{pid: cmd.Process.Pid}, exited: make(chan struct{})}
	id, identErr := identify(r.id.pid)
	go r.reap()
	if errors.Is(identErr, os.ErrProcessDone) { // nothing to record: r.exited tells
		return r, nil
	}
	stop, _ := spec.StopSignal.(syscall.Signal) // checked by withDefaults
	recordErr := identErr
	if recordErr == nil {
		recordErr = record{identity: id, stop: stop}.write(pidPath)
	}
	if recordErr != nil { // unrecorded, it could outlive a crash of ours
		return nil, errors.Join(recordErr, r.stop(spec, nil))
	}
	return r, nil
}

// RunAs makes cmd run as the named user when this process is root; otherwise, and for an empty name, it does nothing.
func RunAs(cmd *exec.Cmd, name string) error {
	if name == "" || os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return fmt.Errorf("run as %s: %w", name, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return fmt.Errorf("run as %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return fmt.Errorf("run as %s: %w", name, err)
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

// reap waits for the process to exit, kills what is left of its group and collects its status.
func (r *run) reap() {
	defer close(r.exited)
	// WNOWAIT leaves a zombie, which keeps the pid, and so the group's id, from being reused before the kill.
	for errors.Is(unix.Waitid(unix.P_PID, r.id.pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	killErr := r.id.signalGroup(syscall.SIGKILL)
	r.err = errors.Join(r.cmd.Wait(), killErr)
	r.reaped = true
}

// exitError describes an exit; a process that should run has none that is not an error. Call it after exited.
func (r *run) exitError() error {
	if r.err != nil {
		return r.err
	}
	return errors.New("exit status 0")
}

// stop asks the process to end and kills its group after the stop timeout, or as soon as kill is closed.
func (r *run) stop(spec Spec, kill <-chan struct{}) error {
	if err := r.signal(func() error { return r.cmd.Process.Signal(spec.StopSignal) }); err != nil {
		return err
	}
	timeout := time.NewTimer(spec.StopTimeout)
	defer timeout.Stop()
	select {
	case <-r.exited:
		return nil
	case <-kill:
	case <-timeout.C:
	}
	if err := r.signal(func() error { return r.id.signalGroup(syscall.SIGKILL) }); err != nil {
		return err
	}
	killed := time.NewTimer(killTimeout)
	defer killed.Stop()
	select {
	case <-r.exited:
		return nil
	case <-killed.C:
		return fmt.Errorf("process %d does not end even when killed", r.id.pid)
	}
}

// signal runs send unless the process has been reaped.
func (r *run) signal(send func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reaped {
		return nil
	}
	if err := send(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal process %d: %w", r.id.pid, err)
	}
	return nil
}
