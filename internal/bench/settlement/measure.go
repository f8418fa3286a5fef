package settlement

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/bench/usage"
)

// caller makes transfers between accounts that it draws, and returns how many.
type caller func(ctx context.Context, draw func() (from, to string)) (int, error)

// each makes a caller of what makes one transfer.
func each(transfer func(ctx context.Context, from, to string) (int, error)) caller {
	return func(ctx context.Context, draw func() (from, to string)) (int, error) {
		from, to := draw()
		return transfer(ctx, from, to)
	}
}

// figures are what came of a run.
type figures struct {
	perSecond float64
	p50, p99  time.Duration      // of a call
	cpu       map[string]float64 // microseconds a transfer by process
}

// load is one run: so many callers at once, at full speed or at a pace of calls a second together, on the first accounts.
type load struct {
	call     caller
	callers  int
	pace     float64
	accounts int
}

// lane is what one of the callers counted.
type lane struct {
	transfers int
	latencies []time.Duration
	err       error
}

// run makes transfers for a while, after a tenth of it that does not count.
func (b *bench) run(ctx context.Context, l load) (figures, error) {
	warm, counted := b.opts.Duration/10, b.opts.Duration
	if _, err := b.drive(ctx, l, warm); err != nil {
		return figures{}, err
	}
	before, err := b.used()
	if err != nil {
		return figures{}, err
	}
	start := time.Now()
	lanes, err := b.drive(ctx, l, counted)
	took := time.Since(start)
	if err != nil {
		return figures{}, err
	}
	after, err := b.used()
	if err != nil {
		return figures{}, err
	}
	var latencies []time.Duration
	transfers := 0
	for _, one := range lanes {
		transfers += one.transfers
		latencies = append(latencies, one.latencies...)
	}
	if transfers == 0 {
		return figures{}, errors.New("bench: nothing was transferred")
	}
	f := figures{perSecond: float64(transfers) / took.Seconds(), cpu: map[string]float64{}}
	f.p50, f.p99 = percentile(latencies, 50), percentile(latencies, 99)
	for name, seconds := range after {
		f.cpu[name] = (seconds - before[name]) * 1e6 / float64(transfers)
	}
	return f, nil
}

// used is the CPU time of each process until now, in seconds.
func (b *bench) used() (map[string]float64, error) {
	processes, err := usage.Of(b.layout.State)
	if err != nil {
		return nil, err
	}
	seconds := map[string]float64{"bench": usage.Own()}
	for name, u := range processes {
		seconds[name] = u.CPUSeconds
	}
	return seconds, nil
}

func (b *bench) drive(ctx context.Context, l load, d time.Duration) ([]lane, error) {
	lanes := make([]lane, l.callers)
	end := time.Now().Add(d)
	var group sync.WaitGroup
	for i := range lanes {
		group.Go(func() { lanes[i] = l.drive(ctx, i, end) })
	}
	group.Wait()
	var errs []error
	for _, one := range lanes {
		errs = append(errs, one.err)
	}
	return lanes, errors.Join(errs...)
}

// drive calls until the end. At a pace, a call's time runs from the moment when it was due, whether or not the one before had ended.
func (l load) drive(ctx context.Context, number int, end time.Time) (one lane) {
	random := rand.New(rand.NewPCG(uint64(number), uint64(end.UnixNano()))) //nolint:gosec // nobody gains by guessing it
	draw := func() (from, to string) {
		a, b := random.IntN(l.accounts), random.IntN(l.accounts-1)
		if b >= a {
			b++
		}
		return accountName(a), accountName(b)
	}
	var interval time.Duration
	due := time.Now()
	if l.pace > 0 {
		interval = time.Duration(float64(l.callers) / l.pace * float64(time.Second))
		due = due.Add(time.Duration(random.Float64() * float64(interval)))
	}
	for {
		if wait := time.Until(due); interval > 0 && wait > 0 {
			timer := time.NewTimer(wait)
			<-timer.C
		}
		if interval == 0 {
			due = time.Now()
		}
		if !time.Now().Before(end) || !due.Before(end) {
			return one
		}
		n, err := l.call(ctx, draw)
		if err != nil {
			one.err = err
			return one
		}
		one.transfers += n
		one.latencies = append(one.latencies, time.Since(due))
		due = due.Add(interval)
	}
}

func percentile(of []time.Duration, p int) time.Duration {
	slices.Sort(of)
	return of[min(len(of)-1, len(of)*p/100)]
}

func accountName(n int) string { return fmt.Sprintf("member:bench%06d:available", n) }
