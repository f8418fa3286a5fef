package settlement

import (
	"context"
	"fmt"
	"time"
)

const (
	// manyCallers make single transfers at once; fewCallers send batches.
	manyCallers = 64
	fewCallers  = 4
	// chain is how many transfers are linked.
	chain = 4
)

// row is one line of the report.
type row struct {
	name string
	load load
	got  figures
}

// side is the rows of the hot accounts, or of all.
type side struct {
	rowLocks, function, single, hundred, thousand, linked *row
}

func (b *bench) side(accounts int, name string) side {
	s := b.service()
	line := func(what string, call caller, callers int) *row {
		return &row{name: what + ", " + name, load: load{call: call, callers: callers, accounts: accounts}}
	}
	return side{
		rowLocks: line("row locks", each(b.plain.byRowLocks), plainConnections),
		function: line("function", each(b.plain.byFunction), plainConnections),
		single:   line("service, single", each(s.transfer), manyCallers),
		hundred:  line("service, 100 a call", s.batch(100, 1), fewCallers),
		thousand: line("service, 1000 a call", s.batch(1000, 1), fewCallers),
		linked:   line("service, 1000 linked by 4", s.batch(1000, chain), fewCallers),
	}
}

func (s side) rows() []*row {
	return []*row{s.rowLocks, s.function, s.single, s.hundred, s.thousand, s.linked}
}

func (b *bench) measure(ctx context.Context) error {
	hot, cold := b.side(b.opts.Hot, "hot"), b.side(b.opts.Accounts, "cold")
	aloneByFunction := &row{name: "function, one caller", load: load{call: hot.function.load.call, callers: 1, accounts: b.opts.Hot}}
	alone := &row{name: "service, one caller", load: load{call: hot.single.load.call, callers: 1, accounts: b.opts.Hot}}
	_, _ = fmt.Fprintf(b.out, "%-46s %7s %12s %10s %10s %24s\n", "", "callers", "transfers/s", "call p50", "call p99", "CPU us a transfer:")
	_, _ = fmt.Fprintf(b.out, "%-46s %7s %12s %10s %10s %8s %8s %8s\n", "", "", "", "", "", "client", "service", "postgres")
	if err := b.all(ctx, append(append([]*row{aloneByFunction, alone}, hot.rows()...), cold.rows()...)...); err != nil {
		return err
	}
	paced := &row{name: "service, single, hot, half the peak", load: hot.single.load}
	paced.load.pace = hot.single.got.perSecond / 2
	if err := b.all(ctx, paced); err != nil {
		return err
	}
	if err := b.fillHistory(ctx); err != nil {
		return err
	}
	agedSingle := &row{name: "service, single, cold, history stored", load: cold.single.load}
	aged := &row{name: "service, 1000 a call, cold, history stored", load: cold.thousand.load}
	if err := b.all(ctx, agedSingle, aged); err != nil {
		return err
	}
	b.ratios(hot, cold)
	b.say("one caller: p50 of the service over that of the function: %.2f", float64(alone.got.p50)/float64(aloneByFunction.got.p50))
	b.say("p99 at half the peak: %s", rounded(paced.got.p99))
	b.say("with %d postings stored: single %.2f and 1000 a call %.2f of what they were", b.opts.History,
		agedSingle.got.perSecond/cold.single.got.perSecond, aged.got.perSecond/cold.thousand.got.perSecond)
	return nil
}

// all runs rows one after the other and prints each.
func (b *bench) all(ctx context.Context, rows ...*row) (err error) {
	for _, r := range rows {
		if r.got, err = b.run(ctx, r.load); err != nil {
			return fmt.Errorf("bench: %s: %w", r.name, err)
		}
		_, _ = fmt.Fprintf(b.out, "%-46s %7d %12.0f %10s %10s %8.1f %8.1f %8.1f\n", r.name, r.load.callers, r.got.perSecond,
			rounded(r.got.p50), rounded(r.got.p99), r.got.cpu["bench"], r.got.cpu["settlement"], r.got.cpu["postgres"])
	}
	return nil
}

// ratios prints what the service's rates are judged by.
func (b *bench) ratios(hot, cold side) {
	b.say("")
	for i, of := range []string{"single", "100 a call", "1000 a call", "linked"} {
		const first = 2 // of the service
		h, c := hot.rows()[first+i].got.perSecond, cold.rows()[first+i].got.perSecond
		b.say("%-12s %.1f times the row locks' hot, %.1f cold; hot over cold %.2f", of, h/hot.rowLocks.got.perSecond, c/cold.rowLocks.got.perSecond, h/c)
	}
}

func (b *bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format+"\n", args...) }

func rounded(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
