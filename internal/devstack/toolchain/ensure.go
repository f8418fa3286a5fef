package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// buildTimeout bounds one module's download and build: minutes on two cores, with room for a slow network.
const buildTimeout = 20 * time.Minute

// Event tells how far a module is.
type Event struct {
	Module Module
	// Step is what is being done now, in words; it changes as packages are fetched and compiled.
	Step string
	// Packages counts those compiled so far; those found in Go's build cache do not count.
	Packages int
	Elapsed  time.Duration
	// Done is true in the last event of a module that was built. A module found ready sends no event.
	Done bool
}

// Report receives events, one at a time.
type Report func(Event)

// Bin is the path of the named tool below root, whether or not it has been built.
func Bin(root, name string) string { return filepath.Join(root, ".tools", "bin", name) }

// Ensure builds those of the modules below root that are missing or whose pins have changed. The error of a failed
// build holds the end of the compiler's output.
func Ensure(ctx context.Context, root string, modules []Module, report Report) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("project root: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(root, ".tools"), 0o755); err != nil {
		return fmt.Errorf("tools folder: %w", err)
	}
	unlock, err := proc.Lock(ctx, filepath.Join(root, ".tools", "lock"))
	if err != nil {
		return fmt.Errorf("tools are being built elsewhere: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	for _, m := range modules {
		r, err := m.recipe(root)
		if err != nil {
			return err
		}
		if ready, err := r.ready(root, m); err != nil || ready {
			if err != nil {
				return err
			}
			continue
		}
		if err := m.install(ctx, root, r, report); err != nil {
			return fmt.Errorf("tool module %s: %w", m, err)
		}
	}
	return nil
}

// ready reports whether all binaries exist and were built by this very recipe.
func (r recipe) ready(root string, m Module) (bool, error) {
	stamp, err := os.ReadFile(stampPath(root, m))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("tool stamp: %w", err)
	}
	for _, name := range r.commands {
		if !isFile(Bin(root, name)) {
			return false, nil
		}
	}
	return string(stamp) == r.hash, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// install builds the module aside and moves the results into place: a binary that runs now is not written to, and an
// interrupted build leaves neither half a binary nor a stamp.
func (m Module) install(ctx context.Context, root string, r recipe, report Report) error {
	aside, err := os.MkdirTemp(filepath.Join(root, ".tools"), "build-*")
	if err != nil {
		return fmt.Errorf("build folder: %w", err)
	}
	defer os.RemoveAll(aside)
	ctx, cancel := context.WithTimeout(ctx, buildTimeout)
	defer cancel()
	if err := m.build(ctx, r, aside, report); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(Bin(root, "-")), filepath.Dir(stampPath(root, m))} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("tools folder: %w", err)
		}
	}
	for _, name := range r.commands {
		if err := os.Rename(filepath.Join(aside, name), Bin(root, name)); err != nil {
			return fmt.Errorf("install %s: %w", name, err)
		}
	}
	if err := os.WriteFile(stampPath(root, m), []byte(r.hash), 0o600); err != nil {
		return fmt.Errorf("tool stamp: %w", err)
	}
	return nil
}

func stampPath(root string, m Module) string {
	return filepath.Join(root, ".tools", "stamp", string(m))
}
