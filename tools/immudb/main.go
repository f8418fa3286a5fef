package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options say what to measure.
type options struct {
	rowsFile  string // see readRows
	valueSize int
	batch     int // rows of a transaction
	workers   int
	reads     int // of random rows
	dir       string
	serve     string // run as the server on this address, and measure nothing
}

// measured is one figure.
type measured struct {
	Mode       string  `json:"mode"`       // embedded or server
	Operation  string  `json:"operation"`  // write or read
	Rows       int     `json:"rows"`       // done
	Workers    int     `json:"workers"`    // at the same time
	Seconds    float64 `json:"seconds"`    // by the clock
	CPUSeconds float64 `json:"cpuSeconds"` // of this process and the server
}

func main() {
	var o options
	flag.StringVar(&o.rowsFile, "rows", "", "file of rows")
	flag.IntVar(&o.valueSize, "value-bytes", 400, "bytes of a value in the file")
	flag.IntVar(&o.batch, "batch", 1000, "rows of a transaction, at most 1024")
	flag.IntVar(&o.workers, "workers", 16, "how many work at the same time, beside one alone")
	flag.IntVar(&o.reads, "reads", 20_000, "verified reads")
	flag.StringVar(&o.dir, "dir", "", "folder for data")
	flag.StringVar(&o.serve, "serve", "", "run as the server on this address")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-immudb:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.serve != "" {
		return serve(ctx, o)
	}
	rows, err := readRows(o.rowsFile, o.valueSize)
	if err != nil {
		return err
	}
	for _, workers := range []int{1, o.workers} {
		if err := measureEmbedded(ctx, o, rows, workers); err != nil {
			return fmt.Errorf("embedded, %d workers: %w", workers, err)
		}
		if err := measureServer(ctx, o, rows, workers); err != nil {
			return fmt.Errorf("server, %d workers: %w", workers, err)
		}
	}
	return nil
}

// timed prints what f took. serverPID is 0 without a server.
func timed(mode, operation string, rows, workers, serverPID int, f func() error) error {
	begin, cpu := time.Now(), cpuSeconds(serverPID)
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return json.NewEncoder(os.Stdout).Encode(measured{
		Mode: mode, Operation: operation, Rows: rows, Workers: workers,
		Seconds: time.Since(begin).Seconds(), CPUSeconds: cpuSeconds(serverPID) - cpu,
	})
}

// cpuSeconds is the CPU time of this process and of the server.
func cpuSeconds(serverPID int) float64 {
	sum := 0.0
	for _, pid := range []int{os.Getpid(), serverPID} {
		if pid == 0 {
			continue
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		var user, system float64
		fields := afterName(string(stat))
		if len(fields) > 12 {
			_, _ = fmt.Sscan(fields[11], &user)
			_, _ = fmt.Sscan(fields[12], &system)
		}
		const ticks = 100 // a second
		sum += (user + system) / ticks
	}
	return sum
}
