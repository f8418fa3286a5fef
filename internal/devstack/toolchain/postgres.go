package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// MinPostgres is the oldest major version of PostgreSQL that the platform runs on.
const MinPostgres = 15

const versionTimeout = 10 * time.Second

// Postgres is one installation of PostgreSQL's server.
type Postgres struct {
	// BinDir holds postgres, initdb and pg_ctl.
	BinDir string
	// Major is the version, as in 15.
	Major int
}

// postgresPlaces are where packages put the server, which most keep off PATH; {15,16,...} each in its own folder.
var postgresPlaces = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/lib64/pgsql/bin",
	"/usr/local/pgsql/bin",
	"/usr/local/pgsql-*/bin",
	"/usr/local/postgresql*/bin",
	"/opt/postgresql*/bin",
}

// FindPostgres returns the first usable server on PATH or, failing that, the newest in the usual places.
func FindPostgres(ctx context.Context) (Postgres, error) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if p, err := inspectPostgres(ctx, dir); err == nil {
			return p, nil
		}
	}
	var best Postgres
	for _, place := range postgresPlaces {
		dirs, err := filepath.Glob(place)
		if err != nil {
			return Postgres{}, fmt.Errorf("look for PostgreSQL: %w", err)
		}
		for _, dir := range dirs {
			if p, err := inspectPostgres(ctx, dir); err == nil && p.Major > best.Major {
				best = p
			}
		}
	}
	if best.Major == 0 {
		return Postgres{}, errNoPostgres
	}
	return best, nil
}

var errNoPostgres = fmt.Errorf("no PostgreSQL server %d or newer found on PATH or in the usual places: "+
	"install the package postgresql (Debian, Ubuntu) or postgresql-server (Fedora), "+
	"or put the folder that holds postgres, initdb and pg_ctl on PATH", MinPostgres)

var postgresVersion = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// inspectPostgres tells whether dir, or the folder its links lead to, is a complete and recent enough installation.
func inspectPostgres(ctx context.Context, dir string) (Postgres, error) {
	server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return Postgres{}, fmt.Errorf("inspect %s: %w", dir, err)
	}
	p := Postgres{BinDir: filepath.Dir(server)}
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		if err := checkBinary(filepath.Join(p.BinDir, name)); err != nil {
			return Postgres{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, server, "--version").Output()
	if err != nil {
		return Postgres{}, fmt.Errorf("inspect %s: %w", server, err)
	}
	version := postgresVersion.FindSubmatch(out)
	if version == nil {
		return Postgres{}, fmt.Errorf("inspect %s: unknown version %q", server, out)
	}
	if p.Major, err = strconv.Atoi(string(version[1])); err != nil {
		return Postgres{}, fmt.Errorf("inspect %s: %w", server, err)
	}
	if p.Major < MinPostgres {
		return Postgres{}, fmt.Errorf("%s is version %d, older than %d", server, p.Major, MinPostgres)
	}
	return p, nil
}

// checkBinary refuses scripts: a wrapper that starts the server under another user or in a container would escape
// the supervisor's signals.
func checkBinary(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("inspect binary: %w", err)
	}
	defer f.Close()
	var magic [2]byte
	if _, err := f.Read(magic[:]); err != nil {
		return fmt.Errorf("inspect binary %s: %w", path, err)
	}
	if bytes.Equal(magic[:], []byte("#!")) {
		return fmt.Errorf("%s is a script, not the server itself", path)
	}
	return nil
}

// EnsurePostgres finds PostgreSQL and, where there is none, installs Debian's package if this is root on a system
// with apt; otherwise the error says what to install. say is told before a package is installed.
func EnsurePostgres(ctx context.Context, say func(string)) (Postgres, error) {
	p, err := FindPostgres(ctx)
	if !errors.Is(err, errNoPostgres) {
		return p, err
	}
	apt, aptErr := exec.LookPath("apt-get")
	if aptErr != nil || os.Geteuid() != 0 {
		return Postgres{}, err
	}
	say("installing PostgreSQL with apt-get")
	if err := aptInstallPostgres(ctx, apt); err != nil {
		return Postgres{}, fmt.Errorf("%w; %w", errNoPostgres, err)
	}
	return FindPostgres(ctx)
}

const (
	aptTimeout = 10 * time.Minute
	// noMainCluster, while it exists, keeps Debian's package from creating and starting a cluster of its own.
	noMainCluster = "/etc/postgresql-common/createcluster.d/pcc.conf"
)

func aptInstallPostgres(ctx context.Context, apt string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, aptTimeout)
	defer cancel()
	if err := os.MkdirAll(filepath.Dir(noMainCluster), 0o755); err != nil {
		return fmt.Errorf("prepare package: %w", err)
	}
	if err := os.WriteFile(noMainCluster, []byte("create_main_cluster = false\n"), 0o600); err != nil {
		return fmt.Errorf("prepare package: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(noMainCluster)) }()
	// The lists may be missing or stale; a mirror that is down shows in the install.
	updateErr := aptGet(ctx, apt, "update")
	if err := aptGet(ctx, apt, "install", "--yes", "--no-install-recommends", "postgresql"); err != nil {
		return errors.Join(err, updateErr)
	}
	return nil
}

func aptGet(ctx context.Context, apt string, args ...string) error {
	cmd := exec.CommandContext(ctx, apt, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		end := bytes.Join(lines[max(0, len(lines)-keptLines):], []byte("\n"))
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, end)
	}
	return nil
}
