// Package servers runs the shared servers of a test run around a command, in practice go test or a shell.
//
// Each run has a folder of its own, <root>/.pcc/test/run-*, so that runs do not meet; it is removed at the end. A run
// that was killed leaves its servers and folder behind: the next one ends and removes them, recognising the dead run
// by its lock file, which the kernel released.
package servers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/keto"
	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

const (
	stopTimeout = 30 * time.Second
	runPattern  = "run-*"
)

// shared is the set of running servers.
type shared struct {
	dir        string
	unlock     func() error
	supervisor *proc.Supervisor
	// env tells the command where they are.
	env []string
}

// start brings PostgreSQL and Keto up in a folder of this run. After an error nothing of it is left.
func start(ctx context.Context, root string, log *slog.Logger) (_ *shared, err error) {
	base := filepath.Join(root, ".pcc", "test")
	s := &shared{}
	if err := s.claim(ctx, base); err != nil {
		return nil, err
	}
	if s.supervisor, err = proc.New(s.dir, log); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir), s.unlock())
	}
	if err := s.startAll(ctx, root); err != nil {
		return nil, errors.Join(err, s.stop(ctx))
	}
	return s, nil
}

func (s *shared) startAll(ctx context.Context, root string) error {
	say := func(step string) { fmt.Fprintln(os.Stderr, "testservers: "+step) }
	server, err := toolchain.EnsurePostgres(ctx, say)
	if err != nil {
		return err
	}
	if err := toolchain.Ensure(ctx, root, []toolchain.Module{toolchain.Keto}, toolchain.Print(os.Stderr)); err != nil {
		return err
	}
	ports, err := testkit.FreePorts(ctx, 3)
	if err != nil {
		return err
	}
	cluster, err := postgres.Open(ctx, postgres.Config{BinDir: server.BinDir, Dir: s.postgresDir(), Port: ports[0]})
	if err != nil {
		return err
	}
	if err := s.supervisor.Start(ctx, cluster.Spec()); err != nil {
		return err
	}
	if err := cluster.Provision(ctx, readers(), nil); err != nil {
		return err
	}
	ketoConfig := keto.Config{
		Path: toolchain.Bin(root, "keto"), Dir: filepath.Join(s.dir, "keto"),
		Namespaces: filepath.Join(root, "deploy", "keto", "namespaces.keto.ts"),
		ReadPort:   ports[1], WritePort: ports[2],
	}
	if err := s.startKeto(ctx, cluster, ketoConfig); err != nil {
		return err
	}
	superuser, err := cluster.URL(postgres.Superuser, "postgres")
	if err != nil {
		return err
	}
	s.env = []string{
		testkit.EnvPostgres + "=" + superuser,
		testkit.EnvKetoRead + "=" + ketoConfig.ReadAddr(),
		testkit.EnvKetoWrite + "=" + ketoConfig.WriteAddr(),
	}
	return nil
}

// readers are the roles under row-level security that the services' migrations grant rights to.
func readers() []postgres.Role {
	var roles []postgres.Role
	for _, service := range migrations.Readers() {
		roles = append(roles, postgres.Role{Name: migrations.ReaderRole(service)})
	}
	return roles
}

func (s *shared) startKeto(ctx context.Context, cluster *postgres.Cluster, cfg keto.Config) (err error) {
	const name = "keto"
	err = cluster.Provision(ctx, []postgres.Role{{Name: name}}, []postgres.Database{{Name: name, Owner: name}})
	if err != nil {
		return err
	}
	if cfg.DSN, err = cluster.URL(name, name); err != nil {
		return err
	}
	if err := keto.Prepare(ctx, cfg); err != nil {
		return err
	}
	return s.supervisor.Start(ctx, keto.Spec(cfg))
}

func (s *shared) postgresDir() string { return filepath.Join(s.dir, "postgres") }

// stop ends the servers and removes the run's folder, also when ctx has ended already.
func (s *shared) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return errors.Join(s.supervisor.Stop(ctx), postgres.Remove(s.postgresDir()), os.RemoveAll(s.dir), s.unlock())
}

// claim makes a folder for this run and locks it for as long as this process lives, after clearing away what killed
// runs left behind. One process at a time does so: a folder between its making and its locking looks like a dead run's.
func (s *shared) claim(ctx context.Context, base string) (err error) {
	if err := os.MkdirAll(base, 0o711); err != nil {
		return fmt.Errorf("test folder: %w", err)
	}
	release, err := proc.Lock(ctx, filepath.Join(base, "lock"))
	if err != nil {
		return fmt.Errorf("test folder: %w", err)
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := sweep(ctx, base); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp(base, runPattern); err != nil {
		return fmt.Errorf("test folder: %w", err)
	}
	if err := os.Chmod(s.dir, 0o711); err != nil { //nolint:gosec // the database server, another user, passes through
		return fmt.Errorf("test folder: %w", err)
	}
	s.unlock, err = proc.TryLock(filepath.Join(s.dir, "lock"))
	return err
}

// sweep ends and removes what killed runs left behind.
func sweep(ctx context.Context, base string) error {
	runs, err := filepath.Glob(filepath.Join(base, runPattern))
	if err != nil {
		return fmt.Errorf("look for dead runs: %w", err)
	}
	var errs []error
	for _, dir := range runs {
		unlock, err := proc.TryLock(filepath.Join(dir, "lock"))
		if errors.Is(err, proc.ErrLocked) {
			continue // alive
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, proc.StopStray(ctx, dir), postgres.Remove(filepath.Join(dir, "postgres")), os.RemoveAll(dir), unlock())
	}
	return errors.Join(errs...)
}
