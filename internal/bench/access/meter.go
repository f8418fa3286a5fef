package access

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// warmUps are done before anything is measured: connections are made, and files opened.
const warmUps = 20

// figures are what doing something many times took.
type figures struct {
	cpu, median, p99 time.Duration // CPU of the whole process for each, and wall times
	perSecond        float64
}

func (f figures) String() string {
	return fmt.Sprintf("%v CPU\tp50 %v\tp99 %v\t%.0f/s", round(f.cpu), round(f.median), round(f.p99), f.perSecond)
}

// measure does something until a time is over, with so many at once, and at least once.
func measure(ctx context.Context, during time.Duration, workers int, do func(context.Context) error) (figures, error) {
	for range warmUps {
		if err := do(ctx); err != nil {
			return figures{}, err
		}
	}
	runtime.GC()
	var (
		mutex sync.Mutex
		took  []time.Duration
		first error
		group sync.WaitGroup
	)
	began, used := time.Now(), cpuTime()
	for range workers {
		group.Go(func() {
			for time.Since(began) < during {
				at := time.Now()
				err := do(ctx)
				mutex.Lock()
				took = append(took, time.Since(at))
				if first == nil {
					first = err
				}
				mutex.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	if first != nil {
		return figures{}, first
	}
	wall, cpu := time.Since(began), cpuTime()-used
	slices.Sort(took)
	n := len(took)
	return figures{
		cpu: cpu / time.Duration(n), median: took[n/2], p99: took[n*99/100], perSecond: float64(n) / wall.Seconds(),
	}, nil
}

// cpuTime is what the process has used so far, in user and kernel.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// round leaves what can be told apart.
func round(d time.Duration) time.Duration {
	if d < 10*time.Microsecond {
		return d.Round(time.Nanosecond)
	}
	return d.Round(time.Microsecond)
}
