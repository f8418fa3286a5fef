package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/pcc-platform/pcc/internal/journal"
)

// result is one figure. Its JSON is what tools/immudb prints.
type result struct {
	Mode       string  `json:"mode"`      // journal, embedded or server
	Operation  string  `json:"operation"` // write, read, or read60: a vehicle's rows at once
	Rows       int     `json:"rows"`
	Workers    int     `json:"workers"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"` // of caller and server
}

func (r result) rate() float64 { return float64(r.Rows) / r.Seconds }

func (b *bench) measureImmudb(ctx context.Context, rows []journal.Leaf) error {
	file := filepath.Join(b.dir, "rows")
	if err := writeRows(file, rows); err != nil {
		return err
	}
	o := b.opts
	c := exec.CommandContext(ctx, o.Immudb, "-rows", file, "-dir", b.dir, "-value-bytes", strconv.Itoa(o.RowBytes), //nolint:gosec // our own program
		"-batch", strconv.Itoa(o.Batch), "-workers", strconv.Itoa(o.Workers), "-reads", strconv.Itoa(o.Reads))
	c.Stderr = os.Stderr
	printed, err := c.Output()
	if err != nil {
		return fmt.Errorf("bench: immudb: %w", err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(printed)); ; {
		var r result
		switch err := decoder.Decode(&r); {
		case errors.Is(err, io.EOF):
			return os.Remove(file)
		case err != nil:
			return fmt.Errorf("bench: immudb: %w", err)
		}
		r.Mode = "immudb " + r.Mode
		b.results = append(b.results, r)
	}
}

func printResults(out io.Writer, results []result, workers int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "what\toperation\tat once\trows/s\tCPU us/row")
	for _, r := range results {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%.0f\t%.1f\n", r.Mode, r.Operation, r.Workers, r.rate(), r.CPUSeconds*1e6/float64(r.Rows))
	}
	_, _ = fmt.Fprintln(w)
	for _, ratio := range []struct{ ours, theirs, mode string }{
		{"write", "write", "immudb server"},
		{"write", "write", "immudb embedded"},
		{"read", "read", "immudb server"},
		{"read", "read", "immudb embedded"},
		{"read60", "read", "immudb server"},
		{"read60", "read", "immudb embedded"},
	} {
		for _, n := range []int{1, workers} {
			ours, theirs := find(results, "journal", ratio.ours, n), find(results, ratio.mode, ratio.theirs, n)
			_, _ = fmt.Fprintf(w, "journal / %s\t%s\t%d\t%.1f\t\n", ratio.mode, ratio.ours, n, ours.rate()/theirs.rate())
		}
	}
	return w.Flush()
}

func find(results []result, mode, operation string, workers int) result {
	for _, r := range results {
		if r.Mode == mode && r.Operation == operation && r.Workers == workers {
			return r
		}
	}
	return result{}
}
