package proc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// failureBuffer is how many failures wait for a reader of Failures; later ones are logged only.
const failureBuffer = 16

// Supervisor starts, watches and stops processes. Its methods may be called concurrently.
type Supervisor struct {
	logDir, pidDir string
	log            *slog.Logger
	failures       chan error

	mu        sync.Mutex
	stopping  bool
	processes []*process // in the order of Start
}

// New returns a supervisor that keeps logs in dir/log/<name>.log and process ids in dir/pid/<name>. It starts nothing.
func New(dir string, log *slog.Logger) (*Supervisor, error) {
	s := &Supervisor{
		logDir:   filepath.Join(dir, "log"),
		pidDir:   filepath.Join(dir, "pid"),
		log:      log,
		failures: make(chan error, failureBuffer),
	}
	for _, d := range []string{s.logDir, s.pidDir} {
		// Others may pass through, not look: processes of other users have their files below dir too.
		if err := os.MkdirAll(d, 0o711); err != nil {
			return nil, fmt.Errorf("supervisor directory: %w", err)
		}
	}
	return s, nil
}

// Start runs the process and returns once it is ready. ctx bounds the start only: the process lives until Stop. The
// error of a process that ended or did not become ready in time holds the end of its log; nothing of it is left
// running. A name in use, here or by another live supervisor on the same directory, is refused.
func (s *Supervisor) Start(ctx context.Context, spec Spec) error {
	spec, err := spec.withDefaults()
	if err != nil {
		return err
	}
	p := newProcess(spec, filepath.Join(s.logDir, spec.Name+".log"), filepath.Join(s.pidDir, spec.Name), s.log)
	if err := s.enlist(p); err != nil {
		return err
	}
	started := make(chan error, 1)
	go func() {
		failure := p.supervise(ctx, started)
		s.discharge(p)
		if failure != nil {
			s.report(failure)
		}
	}()
	return <-started
}

// Stop ends all processes, the last started first, and refuses further starts. Each gets its stop signal and, after
// its StopTimeout or when ctx ends, is killed with its group. Processes that ended already are no error.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	processes := slices.Clone(s.processes)
	s.mu.Unlock()

	var errs []error
	for _, p := range slices.Backward(processes) {
		if err := p.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", p.spec.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Failures delivers an error for each process that ended unexpectedly and is not, or no longer, restarted.
func (s *Supervisor) Failures() <-chan error { return s.failures }

func (s *Supervisor) enlist(p *process) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return fmt.Errorf("start %s: supervisor is stopping", p.spec.Name)
	}
	for _, other := range s.processes {
		if other.spec.Name == p.spec.Name {
			return fmt.Errorf("start %s: already running", p.spec.Name)
		}
	}
	if r, err := readRecord(p.pidPath); err == nil && r.alive() {
		return fmt.Errorf("start %s: already running as process %d", p.spec.Name, r.pid)
	}
	s.processes = append(s.processes, p)
	return nil
}

func (s *Supervisor) discharge(p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processes = slices.DeleteFunc(s.processes, func(other *process) bool { return other == p })
}

func (s *Supervisor) report(failure error) {
	s.log.Error("process failed for good", slog.Any("error", failure))
	select {
	case s.failures <- failure:
	default: // nobody reads: the log has it
	}
}
