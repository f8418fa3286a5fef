package toolchain

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"
)

// Print returns a Report that writes one line an event to w.
func Print(w io.Writer) Report {
	return func(e Event) {
		fmt.Fprintf(w, "tools: %-8s %4ds  %4d packages  %s\n",
			e.Module, int(e.Elapsed/time.Second), e.Packages, e.Step)
	}
}

// Run is the command behind `make tools`: it ensures the modules named in args, all of them when there are none, in
// the project at -root, and PostgreSQL with -postgres.
func Run(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("toolchain", flag.ContinueOnError)
	flags.SetOutput(w)
	root := flags.String("root", ".", "the project's root folder")
	withPostgres := flags.Bool("postgres", false, "also find or install PostgreSQL")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	modules := Modules()
	if flags.NArg() > 0 {
		modules = nil
	}
	for _, name := range flags.Args() {
		if !slices.Contains(Modules(), Module(name)) {
			return fmt.Errorf("no tool module %q: have %v", name, Modules())
		}
		modules = append(modules, Module(name))
	}
	if *withPostgres {
		p, err := EnsurePostgres(ctx, func(step string) { fmt.Fprintln(w, "tools: "+step) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "tools: PostgreSQL %d in %s\n", p.Major, p.BinDir)
	}
	return Ensure(ctx, *root, modules, Print(w))
}
