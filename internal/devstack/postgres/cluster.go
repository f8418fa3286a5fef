package postgres

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

const (
	// Superuser is the role that owns the cluster.
	Superuser = "postgres"

	host           = "127.0.0.1"
	initTimeout    = 2 * time.Minute
	connectTimeout = 5 * time.Second
	// startTimeout allows for the recovery of an unclean stop.
	startTimeout = 2 * time.Minute
	// maxSocketPath is what the kernel takes as the path of a unix socket, less its closing zero.
	maxSocketPath = 107
)

// Config says where a cluster lives.
type Config struct {
	// BinDir holds postgres and initdb.
	BinDir string
	// Dir is the cluster's state folder: data/ and passwords/. It is created.
	Dir string
	// Port is the TCP port on loopback.
	Port int
}

// Cluster is an initialised cluster, running or not.
type Cluster struct {
	cfg       Config
	user      string // of the operating system; empty for our own
	home      string // holds the data and the socket
	passwords passwords
}

// Open initialises the cluster if it does not exist yet. It starts nothing.
func Open(ctx context.Context, cfg Config) (*Cluster, error) {
	if err := os.MkdirAll(cfg.Dir, 0o711); err != nil {
		return nil, fmt.Errorf("postgres state folder: %w", err)
	}
	c := &Cluster{cfg: cfg, passwords: passwords{dir: filepath.Join(cfg.Dir, "passwords")}}
	var err error
	if c.user, err = serverUser(); err != nil {
		return nil, err
	}
	if c.home, err = chooseHome(ctx, filepath.Join(cfg.Dir, "data"), c.user); err != nil {
		return nil, err
	}
	if err := c.initialise(ctx); err != nil {
		return nil, fmt.Errorf("initialise cluster: %w", err)
	}
	return c, nil
}

// initialise runs initdb aside and moves the result into place, so that a crash leaves no half-made cluster.
func (c *Cluster) initialise(ctx context.Context) error {
	if _, err := os.Stat(c.dataDir()); err == nil {
		return nil
	}
	draft := c.dataDir() + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return fmt.Errorf("remove unfinished cluster: %w", err)
	}
	password, err := c.passwords.of(Superuser)
	if err != nil {
		return err
	}
	pwfile := filepath.Join(c.home, "initial-password")
	defer os.Remove(pwfile)
	if err := writeFor(c.user, pwfile, password); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(c.cfg.BinDir, "initdb"),
		"--pgdata", draft, "--username", Superuser, "--pwfile", pwfile, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--lc-collate", "C", "--data-checksums")
	cmd.Dir = c.home
	if err := proc.RunAs(cmd, c.user); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := os.Rename(draft, c.dataDir()); err != nil {
		return fmt.Errorf("put cluster in place: %w", err)
	}
	return nil
}

func (c *Cluster) dataDir() string { return filepath.Join(c.home, "pgdata") }

// Spec describes the server process. It is ready when it answers queries.
func (c *Cluster) Spec() proc.Spec {
	args := []string{"-D", c.dataDir()}
	for _, s := range c.settings() {
		args = append(args, "-c", s)
	}
	return proc.Spec{
		Name: "postgres", Path: filepath.Join(c.cfg.BinDir, "postgres"), Args: args,
		Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"},
		Dir: c.home, User: c.user,
		Ready: c.ping, ReadyTimeout: startTimeout,
		Restart:    true,
		StopSignal: syscall.SIGINT, // fast shutdown: sessions are ended, data is safe
		// A shutdown writes a checkpoint.
		StopTimeout: 30 * time.Second,
	}
}

// settings fit a development machine of two cores and a few gigabytes. Durability is not traded away.
func (c *Cluster) settings() []string {
	socketDir := c.home
	if len(filepath.Join(socketDir, ".s.PGSQL.65535")) > maxSocketPath {
		socketDir = "" // the path is too long for a socket: TCP only
	}
	return []string{
		"listen_addresses=" + host,
		"port=" + strconv.Itoa(c.cfg.Port),
		"unix_socket_directories=" + socketDir,
		"fsync=on",
		"synchronous_commit=on",
		"full_page_writes=on",
		"max_connections=200",
		"shared_buffers=256MB",
		"work_mem=16MB",
		"maintenance_work_mem=128MB",
		"effective_cache_size=1GB",
		"max_wal_size=2GB",
		"max_worker_processes=4",
		"max_parallel_workers_per_gather=1",
		"jit=off", // costs more than it saves on short queries
		"timezone=UTC",
		"log_timezone=UTC",
		// Statements may hold personal data, and errors repeat the values of rows.
		"log_min_error_statement=panic",
		"log_error_verbosity=terse",
	}
}

// URL is the connection string of the role for the database, password included: a secret.
func (c *Cluster) URL(role, database string) (string, error) {
	password, err := c.passwords.of(role)
	if err != nil {
		return "", err
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, password),
		Host: net.JoinHostPort(host, strconv.Itoa(c.cfg.Port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String(), nil
}

func (c *Cluster) ping(ctx context.Context) error {
	conn, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping postgres: %w", err)
	}
	return nil
}

// connect opens a connection of the superuser.
func (c *Cluster) connect(ctx context.Context) (*pgx.Conn, error) {
	u, err := c.URL(Superuser, "postgres")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	return conn, nil
}
