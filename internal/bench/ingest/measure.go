package ingest

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/bench/usage"
)

const (
	queryPoll = 2 * time.Millisecond
	// visibleTimeout bounds the wait for one event.
	visibleTimeout = 2 * time.Minute
	// sampleEvery is how many batches of a paced run pass between two whose visibility is timed.
	sampleEvery = 5
)

// pipeline is one way from a sender to a queryable row.
type pipeline struct {
	name  string
	conn  grpc.ClientConnInterface
	table string
}

// peak is a run at full speed.
type peak struct {
	events              int64
	accepted, queryable float64 // events a second
	used                map[string]usage.Usage
	bytesPerEvent       float64
}

// paced is a run at half the peak.
type paced struct {
	rate                       float64
	ackP50, ackP99             time.Duration
	queryableP50, queryableP99 time.Duration
}

func (b *bench) measure(ctx context.Context) error {
	ceiling := pipeline{"ceiling", b.plain, "plain_event"}
	platform := pipeline{"platform", b.platform, "event"}
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "pipeline\taccepted/s\tqueryable/s\tack p50\tack p99\tqueryable p50\tqueryable p99\tat events/s\tCPU us/event\tbytes/event")
	results := map[string]peak{}
	for _, p := range []pipeline{ceiling, platform} {
		full, half, err := b.both(ctx, p, p.name)
		if err != nil {
			return fmt.Errorf("bench: %s: %w", p.name, err)
		}
		results[p.name] = full
		printRow(w, p.name, full, half)
	}
	obvious, err := b.obvious(ctx)
	if err != nil {
		return fmt.Errorf("bench: obvious: %w", err)
	}
	_, _ = fmt.Fprintf(w, "obvious\t%.0f\t%.0f\n", obvious, obvious)
	for n := range b.opts.History - 1 {
		if _, err := b.fullSpeed(ctx, platform, fmt.Sprintf("history-%d", n)); err != nil {
			return fmt.Errorf("bench: history: %w", err)
		}
	}
	// Anchoring the history is not what the last run costs.
	if err := b.awaitAnchored(ctx); err != nil {
		return fmt.Errorf("bench: history: %w", err)
	}
	aged, half, err := b.both(ctx, platform, "aged")
	if err != nil {
		return fmt.Errorf("bench: aged: %w", err)
	}
	printRow(w, fmt.Sprintf("platform, %dx history", b.opts.History), aged, half)
	if err := w.Flush(); err != nil {
		return err
	}
	b.printRatios(results["ceiling"], results["platform"], aged, obvious)
	return b.printProcesses(results["ceiling"], results["platform"], aged)
}

func (b *bench) both(ctx context.Context, p pipeline, name string) (peak, paced, error) {
	full, err := b.fullSpeed(ctx, p, name)
	if err != nil {
		return full, paced{}, err
	}
	half, err := b.halfSpeed(ctx, p, name+"-paced", full.queryable/2)
	return full, half, err
}

// nextLoad makes the load of the next run.
func (b *bench) nextLoad(ctx context.Context, name string, events int) (*load, error) {
	b.runs++
	return b.makeLoad(ctx, name, b.runs, events/eventsPerBatch)
}

// fullSpeed sends as fast as it is taken, and waits until all of it can be queried.
func (b *bench) fullSpeed(ctx context.Context, p pipeline, name string) (peak, error) {
	l, err := b.nextLoad(ctx, name, b.opts.Events)
	if err != nil {
		return peak{}, err
	}
	before, err := b.usages()
	if err != nil {
		return peak{}, err
	}
	size, err := b.databaseSize(ctx)
	if err != nil {
		return peak{}, err
	}
	start := time.Now()
	if err := send(ctx, p.conn, l, 0, nil); err != nil {
		return peak{}, err
	}
	accepted := time.Since(start)
	if err := b.awaitAll(ctx, p, l); err != nil {
		return peak{}, err
	}
	queryable := time.Since(start)
	after, err := b.usages()
	if err != nil {
		return peak{}, err
	}
	grown, err := b.databaseSize(ctx)
	n := float64(l.events())
	return peak{
		events: l.events(), accepted: n / accepted.Seconds(), queryable: n / queryable.Seconds(),
		used: usage.Since(before, after), bytesPerEvent: float64(grown-size) / n,
	}, err
}

// awaitAll waits for the last event of each stream, then counts: batches of a stream may overtake each other.
func (b *bench) awaitAll(ctx context.Context, p pipeline, l *load) error {
	for s, source := range l.sources {
		if err := b.awaitVisible(ctx, p, source, lastOf(int64(len(l.batches[s])-1))); err != nil {
			return err
		}
	}
	for rows := int64(-1); rows < l.events(); {
		query := "SELECT count(*) FROM " + p.table + " WHERE source = ANY($1)"
		if err := b.pool.QueryRow(ctx, query, l.sources[:]).Scan(&rows); err != nil {
			return err
		}
	}
	return nil
}

// halfSpeed sends at a steady rate of events a second and times acknowledgement and visibility.
func (b *bench) halfSpeed(ctx context.Context, p pipeline, name string, rate float64) (paced, error) {
	l, err := b.nextLoad(ctx, name, int(rate*float64(b.opts.Seconds)))
	if err != nil {
		return paced{}, err
	}
	var mu sync.Mutex
	var acks, visible []time.Duration
	var watching sync.WaitGroup
	o := func(stream int, batch int64, took time.Duration) {
		mu.Lock()
		acks = append(acks, took)
		mu.Unlock()
		if batch%sampleEvery != 0 {
			return
		}
		sentAt := time.Now().Add(-took)
		watching.Go(func() {
			if b.awaitVisible(ctx, p, l.sources[stream], lastOf(batch)) == nil {
				mu.Lock()
				visible = append(visible, time.Since(sentAt))
				mu.Unlock()
			}
		})
	}
	err = send(ctx, p.conn, l, time.Duration(float64(time.Second)*eventsPerBatch/rate), o)
	watching.Wait()
	result := paced{rate: rate}
	result.ackP50, result.ackP99 = percentiles(acks)
	result.queryableP50, result.queryableP99 = percentiles(visible)
	return result, err
}

func (b *bench) awaitVisible(ctx context.Context, p pipeline, source, id string) error {
	ctx, cancel := context.WithTimeout(ctx, visibleTimeout)
	defer cancel()
	for {
		var there bool
		err := b.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+p.table+" WHERE source = $1 AND event_id = $2)", source, id).Scan(&there)
		if err != nil || there {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(queryPoll):
		}
	}
}

func (b *bench) obvious(ctx context.Context) (float64, error) {
	l, err := b.nextLoad(ctx, "obvious", b.opts.Events)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(b.opts.Seconds)*time.Second)
	defer cancel()
	start := time.Now()
	n, err := unary(ctx, b.plain, l)
	return float64(n) / time.Since(start).Seconds(), err
}

func (b *bench) usages() (map[string]usage.Usage, error) {
	all, err := usage.Of(b.layout.State)
	if err != nil {
		return nil, err
	}
	reference, err := usage.Of(filepath.Join(b.layout.State, "reference"))
	maps.Copy(all, reference)
	return all, err
}

func (b *bench) databaseSize(ctx context.Context) (n int64, err error) {
	err = b.pool.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&n)
	return n, err
}

// pathProcesses are those on the way of an event.
var pathProcesses = []string{"ingest", "nats", "postgres", "reference"}

func cpuPerEvent(p peak) float64 {
	sum := 0.0
	for _, name := range pathProcesses {
		sum += p.used[name].CPUSeconds
	}
	return sum * 1e6 / float64(p.events)
}

func printRow(w *tabwriter.Writer, name string, p peak, h paced) {
	_, _ = fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%v\t%v\t%v\t%v\t%.0f\t%.1f\t%.0f\n", name, p.accepted, p.queryable,
		h.ackP50.Round(100*time.Microsecond), h.ackP99.Round(100*time.Microsecond),
		h.queryableP50.Round(100*time.Microsecond), h.queryableP99.Round(100*time.Microsecond), h.rate, cpuPerEvent(p), p.bytesPerEvent)
}

func (b *bench) printRatios(ceiling, platform, aged peak, obvious float64) {
	_, _ = fmt.Fprintf(b.out, "\nplatform accepted / obvious:   %.1f\n", platform.accepted/obvious)
	_, _ = fmt.Fprintf(b.out, "platform queryable / obvious:  %.1f\n", platform.queryable/obvious)
	_, _ = fmt.Fprintf(b.out, "platform queryable / ceiling:  %.2f\n", platform.queryable/ceiling.queryable)
	_, _ = fmt.Fprintf(b.out, "CPU per event, aged / first:   %.2f\n\n", cpuPerEvent(aged)/cpuPerEvent(platform))
}

func (b *bench) printProcesses(ceiling, platform, aged peak) error {
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "process\tceiling CPU us/event\tplatform CPU us/event\t%dx history CPU us/event\tRSS MiB\tRSS MiB then\n", b.opts.History)
	perEvent := func(p peak, name string) float64 { return p.used[name].CPUSeconds * 1e6 / float64(p.events) }
	for _, name := range slices.Sorted(maps.Keys(platform.used)) {
		_, _ = fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%.0f\t%.0f\n", name, perEvent(ceiling, name), perEvent(platform, name), perEvent(aged, name),
			platform.used[name].RSSMiB, aged.used[name].RSSMiB)
	}
	return w.Flush()
}
