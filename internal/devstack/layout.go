package devstack

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

// Layout names the files of a stack.
type Layout struct {
	// Root is the project's folder, for tools and sources. State is the stack's own folder, absolute.
	Root, State string
}

// FindLayout returns the layout of the project that holds the working folder, with its development stack's state, or
// state when it is not empty.
func FindLayout(state string) (Layout, error) {
	root, err := findRoot()
	if err != nil {
		return Layout{}, err
	}
	if state == "" {
		state = filepath.Join(root, ".pcc", "dev")
	}
	if state, err = filepath.Abs(state); err != nil {
		return Layout{}, fmt.Errorf("devstack: %w", err)
	}
	return Layout{Root: root, State: state}, nil
}

// findRoot looks for go.work from the working folder upwards.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("devstack: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("devstack: run this inside the project: no go.work above the working folder")
		}
		dir = parent
	}
}

func (l Layout) path(parts ...string) string {
	return filepath.Join(append([]string{l.State}, parts...)...)
}

// Bin is where the project's own programs are built.
func (l Layout) Bin(name string) string { return filepath.Join(l.Root, "bin", name) }

// InfoFile describes a running stack to clients; it is there while the stack is ready.
func (l Layout) InfoFile() string { return l.path("stack.json") }

// ProfileFile holds how the named principal reaches the stack; see internal/client.
func (l Layout) ProfileFile(name string) string { return l.path("profiles", name+".yaml") }

// TrustFile is the trust list for the offline verification of this stack's proofs.
func (l Layout) TrustFile() string { return l.path("trust.json") }

// IssuerKeyFile is the development issuer's signing key.
func (l Layout) IssuerKeyFile() string { return l.path("secrets", "issuer.key") }

// LogKeyFile is the key that signs the checkpoints of public logs.
func (l Layout) LogKeyFile() string { return l.secretFile("ingest-log.key") }

// SupervisorLog is where a detached supervisor and its services write.
func (l Layout) SupervisorLog() string { return l.path("log", "supervisor.log") }

func (l Layout) rootFile(parts ...string) string {
	return filepath.Join(append([]string{l.Root}, parts...)...)
}

func (l Layout) toolDir() string { return filepath.Join(l.Root, ".tools", "bin") }

func (l Layout) tool(name string) string { return toolchain.Bin(l.Root, name) }

func (l Layout) configFile(service string) string { return l.path("config", service+".yaml") }
func (l Layout) secretFile(name string) string    { return l.path("secrets", name) }
func (l Layout) pki(parts ...string) string {
	return l.path(append([]string{"pki"}, parts...)...)
}

// makeDirs creates the folders that are written to before anything runs.
func (l Layout) makeDirs() error {
	for _, dir := range []string{"config", "secrets", "profiles", "log", "nats", "keto"} {
		if err := os.MkdirAll(l.path(dir), 0o700); err != nil {
			return fmt.Errorf("devstack: %w", err)
		}
	}
	// PostgreSQL's own user has to pass through on the way to its data.
	return os.Chmod(l.State, 0o711) //nolint:gosec // names inside stay unreadable
}
