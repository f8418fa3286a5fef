// Package stack runs the whole platform for a test by the command `pcc`, and ends it whatever happens to the test.
package stack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Shape says how the services are spread over processes, as in `pcc up --shape`.
type Shape string

// The shapes.
const (
	Single    Shape = "single"
	Processes Shape = "processes"
)

// Stack is one development stack with a state folder of its own.
type Stack struct {
	// Root is the project's folder, State the stack's.
	Root, State string
}

// New makes a state folder and sees to it that whatever runs there is stopped when the test ends: by a process of its
// own that outlives this one, so that a panic, a timeout or a kill of the test leaves nothing behind. It starts nothing.
func New(t testing.TB) *Stack {
	t.Helper()
	s := &Stack{Root: projectRoot(t)}
	s.requirePrograms(t)
	var err error
	// Below the system's folder for temporary files the path is short enough for unix sockets.
	if s.State, err = os.MkdirTemp("", "pcc-e2e-"); err != nil {
		t.Fatal(err)
	}
	g, err := s.guard()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			s.logTails(t)
			t.Logf("the stack's files are kept in %s", s.State)
		}
		if out, err := g.release(t.Failed()); err != nil {
			t.Errorf("stop the stack: %v\n%s", err, out)
		}
	})
	return s
}

// Up starts the stack, or continues it on the data it has.
func (s *Stack) Up(t testing.TB, shape Shape) {
	t.Helper()
	s.Run(t, "up", "--detach", "--shape", string(shape))
}

// Path names a file of the state folder.
func (s *Stack) Path(parts ...string) string {
	return filepath.Join(append([]string{s.State}, parts...)...)
}

// Info says where a running stack answers.
type Info struct {
	// Gateway, Issuer and MQTT are URLs. Services are addresses of gRPC APIs, Admin those of admin ports by process, and
	// Witnesses URLs by member.
	Gateway  string            `json:"gateway"`
	Issuer   string            `json:"issuer"`
	MQTT     string            `json:"mqtt"`
	Services map[string]string `json:"services"`
	Admin    map[string]string `json:"admin"`

	Witnesses map[string]string `json:"witnesses"`
}

// Info reads the description that a ready stack writes.
func (s *Stack) Info(t testing.TB) Info {
	t.Helper()
	var info Info
	raw, err := os.ReadFile(s.Path("stack.json"))
	if err == nil {
		err = json.Unmarshal(raw, &info)
	}
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// Ports are all loopback ports that the stack took, by name.
func (s *Stack) Ports(t testing.TB) map[string]int {
	t.Helper()
	var ports struct {
		Named map[string]int `json:"named"`
	}
	raw, err := os.ReadFile(s.Path("ports.json"))
	if err == nil {
		err = json.Unmarshal(raw, &ports)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ports.Named
}

// projectRoot looks for the workspace from the working folder upwards.
func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.work in a folder above: run the tests inside the project")
	return ""
}

// requirePrograms fails with what to do, rather than with what went wrong later.
func (s *Stack) requirePrograms(t testing.TB) {
	t.Helper()
	for _, name := range []string{"pcc", "pcc-chaincode", "registryd", "vaultd", "ingestd", "settlementd", "anchord", "accessd", "gatewayd"} {
		if _, err := os.Stat(s.program(name)); err != nil {
			t.Fatalf("bin/%s is missing: run `make build` first", name)
		}
	}
}

func (s *Stack) program(name string) string { return filepath.Join(s.Root, "bin", name) }
