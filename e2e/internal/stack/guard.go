package stack

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// guardScript waits for a word on its standard input, or for its end, which comes with the end of the test's process.
const guardScript = `read -r word || word=down; exec "$1" "$word" --state "$2"`

// guard is a process that stops a stack once the test is over.
type guard struct {
	cmd  *exec.Cmd
	word io.WriteCloser
	out  bytes.Buffer
}

func (s *Stack) guard() (*guard, error) {
	g := &guard{cmd: exec.Command("/bin/sh", "-c", guardScript, "sh", s.program("pcc"), s.State)} //nolint:noctx // outlives the test
	g.cmd.Dir, g.cmd.Stdout, g.cmd.Stderr = s.Root, &g.out, &g.out
	// A Ctrl-C is for the test; the guard acts when the test has ended of it.
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if g.word, err = g.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("stack: guard: %w", err)
	}
	if err := g.cmd.Start(); err != nil {
		return nil, fmt.Errorf("stack: guard: %w", err)
	}
	return g, nil
}

// release stops the stack, and forgets its data unless keep.
func (g *guard) release(keep bool) (output string, err error) {
	word := "reset\n"
	if keep {
		word = "down\n"
	}
	if _, err := io.WriteString(g.word, word); err != nil {
		return "", fmt.Errorf("stack: guard: %w", err)
	}
	err = g.cmd.Wait()
	return g.out.String(), err
}
