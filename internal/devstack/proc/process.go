package proc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// process is one supervised name. The goroutine in supervise owns it; others only ask it to end.
type process struct {
	spec             Spec
	logPath, pidPath string
	log              *slog.Logger

	quit, kill         chan struct{} // closed to ask for an orderly and an immediate end
	quitOnce, killOnce sync.Once
	done               chan struct{} // closed when the process has ended and will not come back
	stopErr            error         // written before done is closed
}

func newProcess(spec Spec, logPath, pidPath string, log *slog.Logger) *process {
	return &process{
		spec: spec, logPath: logPath, pidPath: pidPath,
		log:  log.With(slog.String("process", spec.Name)),
		quit: make(chan struct{}), kill: make(chan struct{}), done: make(chan struct{}),
	}
}

// supervise runs the process to its end. The outcome of the start goes to started, exactly once; the result is the
// failure of a process that had been ready, nil after a stop or a failed start.
func (p *process) supervise(ctx context.Context, started chan<- error) error {
	defer close(p.done)
	r, err := p.startReady(ctx)
	started <- err
	if err != nil {
		return nil
	}
	var restarts []time.Time
	for {
		select {
		case <-p.quit:
			p.stopErr = p.end(r)
			return nil
		case <-r.exited:
		}
		failure := errors.Join(p.failure(fmt.Errorf("ended unexpectedly: %w", r.exitError())), removeRecord(p.pidPath))
		if !p.spec.Restart {
			return failure
		}
		p.log.WarnContext(ctx, "process ended unexpectedly", slog.Any("error", r.exitError()))
		if r, restarts = p.relaunch(restarts); r == nil {
			if p.quitting() {
				return nil
			}
			return failure
		}
	}
}

// startReady launches the process and waits until it is ready; after an error nothing of it runs.
func (p *process) startReady(ctx context.Context) (*run, error) {
	begin := time.Now()
	r, err := launch(p.spec, p.logPath, p.pidPath)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.spec.Name, err)
	}
	if err := p.awaitReady(ctx, r); err != nil {
		return nil, errors.Join(p.failure(err), p.end(r))
	}
	p.log.DebugContext(ctx, "process ready", slog.Int("pid", r.id.pid), slog.Duration("after", time.Since(begin)))
	return r, nil
}

func (p *process) awaitReady(ctx context.Context, r *run) error {
	ctx, cancel := context.WithTimeout(ctx, p.spec.ReadyTimeout)
	defer cancel()
	poll := time.NewTicker(readyPollInterval)
	defer poll.Stop()
	for {
		probe, done := context.WithTimeout(ctx, readyProbeTimeout)
		err := p.spec.Ready(probe)
		done()
		select {
		case <-r.exited: // first: another process may have answered the probe in its place
			return fmt.Errorf("ended before it was ready: %w", r.exitError())
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-r.exited:
			return fmt.Errorf("ended before it was ready: %w", r.exitError())
		case <-p.quit:
			return errors.New("stopped before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("not ready (%w): %w", ctx.Err(), err)
		case <-poll.C:
		}
	}
}

// relaunch starts the process again after a pause that doubles with each restart of the last minute. It returns a
// nil run when the restarts are used up or a stop was asked for.
func (p *process) relaunch(restarts []time.Time) (*run, []time.Time) {
	for {
		now := time.Now()
		for len(restarts) > 0 && now.Sub(restarts[0]) > restartWindow {
			restarts = restarts[1:]
		}
		if len(restarts) >= maxRestarts {
			return nil, restarts
		}
		pause := min(maxBackoff, restartBackoff<<len(restarts))
		restarts = append(restarts, now)
		select {
		case <-p.quit:
			return nil, restarts
		case <-time.After(pause):
		}
		r, err := launch(p.spec, p.logPath, p.pidPath)
		if err == nil {
			p.log.Info("process restarted", slog.Int("pid", r.id.pid), slog.Int("restart", len(restarts)))
			return r, restarts
		}
		p.log.Error("process restart failed", slog.Any("error", err))
	}
}

// end stops r in order, or at once when kill is closed, and forgets its pid.
func (p *process) end(r *run) error {
	return errors.Join(r.stop(p.spec, p.kill), removeRecord(p.pidPath))
}

// stop asks the owner to end the process and waits; when ctx ends first the process is killed.
func (p *process) stop(ctx context.Context) error {
	p.quitOnce.Do(func() { close(p.quit) })
	select {
	case <-p.done:
	case <-ctx.Done():
		p.killOnce.Do(func() { close(p.kill) })
		<-p.done // bounded: see run.stop
	}
	return p.stopErr
}

func (p *process) quitting() bool {
	select {
	case <-p.quit:
		return true
	default:
		return false
	}
}

// failure wraps err with the process's name and the end of its log.
func (p *process) failure(err error) error {
	text, tailErr := tail(p.logPath, tailBytes)
	if tailErr != nil {
		return fmt.Errorf("%s: %w (%w)", p.spec.Name, err, tailErr)
	}
	return fmt.Errorf("%s: %w; end of %s:\n%s", p.spec.Name, err, p.logPath, text)
}
