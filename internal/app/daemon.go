package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pcc-platform/pcc/internal/config"
)

// Configured is a service's configuration: it holds a ServiceConfig.
type Configured interface {
	ProcessConfig() ProcessConfig
}

// ProcessConfig returns the process section, so that every configuration that embeds ServiceConfig is Configured.
func (c ServiceConfig) ProcessConfig() ProcessConfig { return c.Process }

// Daemon is the whole of a service's main: it reads the file named by -config, builds the service, and runs it until
// SIGTERM or SIGINT. It returns the exit code.
func Daemon[C Configured](name string, build func(context.Context, C, *Process) (Runner, error), args []string, stderr io.Writer) int {
	err := daemon(name, build, args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "%sd: %v\n", name, err)
		return 1
	}
	return 0
}

func daemon[C Configured](name string, build func(context.Context, C, *Process) (Runner, error), args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet(name+"d", flag.ContinueOnError)
	flags.SetOutput(stderr)
	path := flags.String("config", "", "path of the configuration file (YAML)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *path == "" || flags.NArg() > 0 {
		return errors.New("usage: -config FILE")
	}
	var cfg C
	if err := config.Load(*path, &cfg); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	p, err := NewProcess(ctx, name, cfg.ProcessConfig(), stderr, name)
	if err != nil {
		return err
	}
	service, err := build(ctx, cfg, p)
	if err != nil {
		return err
	}
	return p.Run(ctx, service)
}
