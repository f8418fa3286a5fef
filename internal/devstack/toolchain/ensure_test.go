package toolchain_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

const greeter = toolchain.Module("greeter")

// project lays out a root whose only tool module is greeter, with one command that needs nothing fetched.
func project(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	write(t, root, "go.mod", "module example.test/greeter\n\ngo 1.26.0\n\ntool example.test/greeter/hello\n")
	write(t, root, "go.sum", "")
	write(t, root, "hello/main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, "tools", string(greeter), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ensure runs Ensure and tells whether it built something.
func ensure(t *testing.T, root string) (built bool, err error) {
	t.Helper()
	err = toolchain.Ensure(t.Context(), root, []toolchain.Module{greeter}, func(e toolchain.Event) {
		built = built || e.Done
	})
	return built, err
}

func TestEnsureBuildsOnlyWhatChanged(t *testing.T) {
	root := project(t)
	for _, step := range []struct {
		name   string
		change func()
		built  bool
	}{
		{"nothing there", func() {}, true},
		{"nothing changed", func() {}, false},
		{"binary gone", func() {
			if err := os.Remove(toolchain.Bin(root, "hello")); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"other pins", func() {
			write(t, root, "go.mod", "module example.test/greeter\n\ngo 1.26.0\n\n// Changed.\ntool example.test/greeter/hello\n")
		}, true},
		{"nothing changed again", func() {}, false},
	} {
		step.change()
		built, err := ensure(t, root)
		if err != nil || built != step.built {
			t.Fatalf("%s: built %t, %v; want %t", step.name, built, err, step.built)
		}
	}
	out, err := exec.CommandContext(t.Context(), toolchain.Bin(root, "hello")).CombinedOutput()
	if err != nil || string(out) != "hello\n" {
		t.Errorf("the tool says %q, %v", out, err)
	}
}

func TestEnsureShowsTheCompilersError(t *testing.T) {
	root := project(t)
	write(t, root, "hello/main.go", "package main\n\nfunc main() { undefinedName() }\n")
	_, err := ensure(t, root)
	if err == nil || !strings.Contains(err.Error(), "undefinedName") {
		t.Errorf("error %v; want the compiler's words", err)
	}
	if built, err := ensure(t, root); built || err == nil {
		t.Errorf("second attempt: built %t, %v; want the same failure", built, err)
	}
}

func TestEnsureWaitsForItsTurn(t *testing.T) {
	root := project(t)
	building := make(chan struct{})
	proceed := make(chan struct{})
	first := make(chan error, 1)
	go func() {
		started := false
		first <- toolchain.Ensure(context.Background(), root, []toolchain.Module{greeter}, func(toolchain.Event) {
			if !started {
				started = true
				close(building)
				<-proceed
			}
		})
	}()
	<-building
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := toolchain.Ensure(ctx, root, []toolchain.Module{greeter}, func(toolchain.Event) {
		t.Error("built beside another build")
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v; want deadline exceeded", err)
	}
	close(proceed)
	if err := <-first; err != nil {
		t.Error(err)
	}
}
