// Package keto runs the development stack's authorisation server: Ory Keto on its own database, both APIs on loopback.
package keto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

const (
	host           = "127.0.0.1"
	migrateTimeout = time.Minute
	probeTimeout   = 2 * time.Second

	// maxReadDepth bounds the relations followed in one check, maxReadWidth the subjects looked at in one relation.
	maxReadDepth = 8
	maxReadWidth = 1000
)

// Config says how the server runs.
type Config struct {
	// Path is the keto binary.
	Path string
	// Dir is for the generated configuration file. It is created.
	Dir string
	// DSN is the URL of Keto's own database, password included.
	DSN string
	// Namespaces is the file that defines them, in the Ory Permission Language.
	Namespaces string
	// ReadPort serves checks and WritePort the administration of relations, each over gRPC and REST.
	ReadPort, WritePort int
}

// ReadAddr is host:port of checks.
func (c Config) ReadAddr() string { return address(c.ReadPort) }

// WriteAddr is host:port of the administration of relations.
func (c Config) WriteAddr() string { return address(c.WritePort) }

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// Prepare writes the configuration file and brings the database's schema up to date. The database must be running.
func Prepare(ctx context.Context, cfg Config) error {
	text, err := configFile(cfg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Dir, 0o711); err != nil {
		return fmt.Errorf("keto folder: %w", err)
	}
	if err := os.WriteFile(cfg.file(), text, 0o600); err != nil { // it holds the database's password
		return fmt.Errorf("keto configuration: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, cfg.Path, "migrate", "up", "--yes", "--config", cfg.file())
	cmd.Env = environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("keto migrate: %w\n%s", err, out)
	}
	return nil
}

func (c Config) file() string { return filepath.Join(c.Dir, "keto.json") }

// environment is deliberately not ours: Keto takes configuration from variables too.
func environment() []string { return []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent"} }

func configFile(cfg Config) ([]byte, error) {
	namespaces, err := filepath.Abs(cfg.Namespaces)
	if err != nil {
		return nil, fmt.Errorf("keto namespaces: %w", err)
	}
	if _, err := os.Stat(namespaces); err != nil {
		return nil, fmt.Errorf("keto namespaces: %w", err)
	}
	type api struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	}
	text, err := json.MarshalIndent(map[string]any{
		"version": "v0.13.0-alpha.0",
		"dsn":     cfg.DSN,
		"serve": map[string]api{
			"read":  {Host: host, Port: cfg.ReadPort},
			"write": {Host: host, Port: cfg.WritePort},
			// Nobody asks these two: any free port, and it stays on loopback.
			"metrics": {Host: host},
			"opl":     {Host: host},
		},
		"namespaces": map[string]string{"location": (&url.URL{Scheme: "file", Path: namespaces}).String()},
		"limit":      map[string]int{"max_read_depth": maxReadDepth, "max_read_width": maxReadWidth},
		"log":        map[string]string{"level": "warn", "format": "json"},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keto configuration: %w", err)
	}
	return text, nil
}

// Spec describes the server process, after Prepare. It is ready when both APIs are and the database answers.
func Spec(cfg Config) proc.Spec {
	return proc.Spec{
		Name: "keto", Path: cfg.Path,
		Args: []string{"serve", "--config", cfg.file(), "--sqa-opt-out"},
		Env:  environment(), Dir: cfg.Dir,
		Ready:   func(ctx context.Context) error { return ready(ctx, cfg) },
		Restart: true,
	}
}

func ready(ctx context.Context, cfg Config) error {
	var errs []error
	for _, addr := range []string{cfg.ReadAddr(), cfg.WriteAddr()} {
		errs = append(errs, healthy(ctx, addr))
	}
	return errors.Join(errs...)
}

func healthy(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/health/ready", nil)
	if err != nil {
		return fmt.Errorf("keto health: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("keto health: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("keto health: %s", response.Status)
	}
	return nil
}
