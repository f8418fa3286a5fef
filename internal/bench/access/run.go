package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// Options say how long to measure.
type Options struct {
	// During is how long each figure is measured.
	During time.Duration
}

// size is how many trustees there are, and how many it takes.
type size struct{ n, needed int }

var errOptions = errors.New("bench: the time for each figure must be positive")

// Run measures and prints one line a figure.
func Run(ctx context.Context, opts Options, to io.Writer) error {
	if opts.During <= 0 {
		return errOptions
	}
	out := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%d cores; CPU is of reader, trustees and ledger's rules together\n", runtime.NumCPU())
	reference, err := measureKMS(ctx, opts.During, out)
	if err != nil {
		return err
	}
	for _, s := range []size{{n: 5, needed: 3}, {n: 6, needed: 4}} {
		if err := s.measure(ctx, opts.During, reference, out); err != nil {
			return fmt.Errorf("bench: %d of %d: %w", s.needed, s.n, err)
		}
	}
	return out.Flush()
}

func measureKMS(ctx context.Context, during time.Duration, out io.Writer) (figures, error) {
	k, err := newKMS()
	if err != nil {
		return figures{}, err
	}
	defer k.close()
	one, err := measure(ctx, during, 1, k.read)
	if err != nil {
		return figures{}, err
	}
	many, err := measure(ctx, during, callers(), k.read)
	fmt.Fprintf(out, "envelope whose key a service unwraps, over TLS\n  read\t%v\n  %d readers at once\t%v\n", one, callers(), many)
	return one, err
}

// callers is how many readers keep all cores busy.
func callers() int { return 4 * runtime.NumCPU() }

func (s size) measure(ctx context.Context, during time.Duration, reference figures, out io.Writer) error {
	dir, remove, err := tempDir()
	if err != nil {
		return err
	}
	defer remove()
	rules, err := policy()
	if err != nil {
		return err
	}
	c, err := convene(ctx, dir, s.n, &ledger{
		policy: rules, grants: map[model.Hash]access.Grant{}, capsules: map[model.Hash]bool{}, trustees: map[string]access.Trustee{},
	})
	if err != nil {
		return err
	}
	defer c.stop()
	fmt.Fprintf(out, "%d of %d trustees\n", s.needed, s.n)
	for _, what := range []string{"make a key", "share it anew"} {
		used := cpuTime()
		took, err := c.makeKey(ctx, s.needed)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  %s, over the network\t%v CPU of all\ttook %v\n", what, (cpuTime() - used).Round(time.Millisecond), took.Round(time.Millisecond))
	}
	w, err := newWorld(ctx, c)
	if err != nil {
		return err
	}
	defer w.close()
	return w.measure(ctx, during, reference, out)
}

func (w *world) measure(ctx context.Context, during time.Duration, reference figures, out io.Writer) error {
	share, err := w.steps(ctx, during, out)
	if err != nil {
		return err
	}
	one, err := measure(ctx, during, 1, w.read)
	if err != nil {
		return err
	}
	many, err := measure(ctx, during, callers(), w.read)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  whole read over TLS\t%v\n  %d readers at once\t%v\n", one, callers(), many)
	fmt.Fprintf(out, "  answers of a trustee's core\t%.0f/s\n", float64(time.Second)/float64(share))
	fmt.Fprintf(out, "  whole read beside the envelope\t%.1f times the CPU, %.1f times the time\n",
		float64(one.cpu)/float64(reference.cpu), float64(one.median)/float64(reference.median))
	return nil
}
