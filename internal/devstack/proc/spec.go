package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"syscall"
	"time"
)

const (
	defaultReadyTimeout = 30 * time.Second
	defaultStopTimeout  = 10 * time.Second
	readyPollInterval   = 20 * time.Millisecond
	readyProbeTimeout   = 5 * time.Second

	// maxRestarts bounds how often one process is started again within restartWindow before it is given up.
	maxRestarts    = 10
	restartWindow  = time.Minute
	restartBackoff = 100 * time.Millisecond
	maxBackoff     = 2 * time.Second
)

// Spec describes one process.
type Spec struct {
	// Name is unique within a supervisor and names the log and pid files: lower-case letters, digits, '.', '_', '-'.
	Name string
	// Path is the absolute path of the executable.
	Path string
	Args []string
	// Env is the whole environment; nil passes the supervisor's own.
	Env []string
	Dir string
	// User is the operating-system user to run as. It takes effect only when the supervisor runs as root.
	User string
	// Ready reports nil once the process serves. It is polled until ReadyTimeout (30 s when zero); nil means that a
	// process is ready as soon as it has started.
	Ready        func(context.Context) error
	ReadyTimeout time.Duration
	// Restart starts the process again after an unexpected exit: at most 10 times a minute, with a growing pause.
	Restart bool
	// StopSignal asks the process to end (SIGTERM when nil); after StopTimeout (10 s when zero) its group is killed.
	StopSignal  os.Signal
	StopTimeout time.Duration
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// withDefaults validates s and fills in what it leaves open.
func (s Spec) withDefaults() (Spec, error) {
	if !validName.MatchString(s.Name) {
		return s, fmt.Errorf("process name %q: want %s", s.Name, validName)
	}
	if s.Path == "" {
		return s, errors.New("process path is empty")
	}
	if s.Ready == nil {
		s.Ready = func(context.Context) error { return nil }
	}
	if s.ReadyTimeout == 0 {
		s.ReadyTimeout = defaultReadyTimeout
	}
	if s.StopSignal == nil {
		s.StopSignal = syscall.SIGTERM
	}
	if _, ok := s.StopSignal.(syscall.Signal); !ok {
		return s, fmt.Errorf("stop signal %v is not a signal of this system", s.StopSignal)
	}
	if s.StopTimeout == 0 {
		s.StopTimeout = defaultStopTimeout
	}
	return s, nil
}
