package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/keto"
	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/relations"
)

// stopTimeout bounds the end of everything.
const stopTimeout = time.Minute

// Shape says how the services are spread over processes.
type Shape string

// The shapes: all services in one process, as for development, or a process each, as in production.
const (
	ShapeSingle  Shape = "single"
	ShapeProcess Shape = "processes"
)

// Services are the platform's, in the order in which they start.
func Services() []string {
	return []string{"registry", "vault", "ingest", "settlement", "anchor", "access", "gateway"}
}

// Options say what to bring up.
type Options struct {
	Layout
	// PostgresBin is the folder of PostgreSQL's server programs.
	PostgresBin string
	Topology    fabric.Topology
	Shape       Shape
	// EpochInterval is how often the journals are anchored.
	EpochInterval time.Duration
	// Progress is told of each step that is done.
	Progress func(step string, took time.Duration)
	Logger   *slog.Logger
}

// Stack is a running platform.
type Stack struct {
	Layout
	opts       Options
	ports      *Ports
	supervisor *proc.Supervisor
	cluster    *postgres.Cluster
	network    *fabric.Network
	// brokerCredentials is the services' credentials file.
	brokerCredentials string
	issuer            func() error
	cancel            context.CancelFunc
}

// Up starts everything and returns when the platform serves. After an error nothing is left running.
func Up(ctx context.Context, opts Options) (_ *Stack, err error) {
	s := &Stack{Layout: opts.Layout, opts: opts}
	if err := s.makeDirs(); err != nil {
		return nil, err
	}
	// What a supervisor that was killed left behind holds ports and data.
	if err := proc.StopStray(ctx, s.State); err != nil {
		return nil, err
	}
	if s.ports, err = LoadPorts(s.path("ports.json")); err != nil {
		return nil, err
	}
	if s.supervisor, err = proc.New(s.State, opts.Logger); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := s.issueIdentities(); err != nil {
		return nil, err
	}
	if err := s.startParts(ctx); err != nil {
		return nil, err
	}
	if err := s.timed("services", func() error { return s.startServices(ctx) }); err != nil {
		return nil, err
	}
	if err := s.writeInfo(); err != nil {
		return nil, err
	}
	return s, nil
}

// startParts brings Fabric up beside the others, which depend on each other.
func (s *Stack) startParts(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return s.timed("Fabric network ("+string(s.opts.Topology)+")", func() error { return s.startFabric(ctx) })
	})
	group.Go(func() error {
		if err := s.timed("PostgreSQL, schemas", func() error { return s.startPostgres(ctx) }); err != nil {
			return err
		}
		if err := s.timed("NATS JetStream", func() error { return s.startNATS(ctx) }); err != nil {
			return err
		}
		return s.timed("Keto, relations", func() error { return s.startKeto(ctx) })
	})
	return group.Wait()
}

func (s *Stack) timed(step string, f func() error) error {
	start := time.Now()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	s.opts.Progress(step, time.Since(start))
	return nil
}

func (s *Stack) startFabric(ctx context.Context) error {
	sample, err := fabric.SampleConfig(ctx, s.Root)
	if err != nil {
		return err
	}
	s.network, err = fabric.Up(ctx, fabric.Config{
		Topology: s.opts.Topology, Dir: s.path("fabric"), BinDir: s.toolDir(), SampleConfig: sample,
		Chaincode: s.Bin("pcc-chaincode"), Starter: s.supervisor,
		Progress: func(step string, took time.Duration) { s.opts.Progress("Fabric: "+step, took) },
		Port:     func(name string) (int, error) { return s.ports.Get("fabric-" + name) },
	})
	return err
}

func (s *Stack) startKeto(ctx context.Context) error {
	cfg, err := s.ketoConfig()
	if err != nil {
		return err
	}
	if err := keto.Prepare(ctx, cfg); err != nil {
		return err
	}
	spec := keto.Spec(cfg)
	spec.Restart = true
	if err := s.supervisor.Start(ctx, spec); err != nil {
		return err
	}
	standing := append(relations.Services(), relations.Operator("service/"+Operator)...)
	standing = append(standing, witnessRelations()...)
	return relations.NewWriter("http://"+cfg.ReadAddr(), "http://"+cfg.WriteAddr()).Put(ctx, standing...)
}

func (s *Stack) ketoConfig() (keto.Config, error) {
	read, err := s.ports.Get("keto-read")
	if err != nil {
		return keto.Config{}, err
	}
	write, err := s.ports.Get("keto-write")
	if err != nil {
		return keto.Config{}, err
	}
	dsn, err := s.cluster.URL(ketoDatabase, ketoDatabase)
	return keto.Config{
		Path: s.tool("keto"), Dir: s.path("keto"), DSN: dsn, ReadPort: read, WritePort: write,
		Namespaces: s.rootFile("deploy", "keto", "namespaces.keto.ts"),
	}, err
}

// Failures delivers the end of a process that could not be restarted: the stack is then no longer whole.
func (s *Stack) Failures() <-chan error { return s.supervisor.Failures() }

// Stop ends every process of the stack, the last started first.
func (s *Stack) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	var issuerErr error
	if s.cancel != nil {
		s.cancel()
		issuerErr = s.issuer()
	}
	return errors.Join(os.RemoveAll(s.InfoFile()), s.supervisor.Stop(ctx), issuerErr)
}

// Info tells clients where a running stack is.
type Info struct {
	Gateway   string            `json:"gateway"`
	Services  map[string]string `json:"services"`
	Admin     map[string]string `json:"admin"`
	Issuer    string            `json:"issuer"`
	NATS      string            `json:"nats"`
	MQTT      string            `json:"mqtt"`
	Topology  fabric.Topology   `json:"topology"`
	Shape     Shape             `json:"shape"`
	Channel   string            `json:"channel"`
	Chaincode string            `json:"chaincode"`
	Orgs      []fabric.Org      `json:"orgs"`
	// Witnesses are URLs by member.
	Witnesses map[string]string `json:"witnesses"`
}

// LoadInfo reads the description of a running stack. Its error says how to start one when there is none.
func (l Layout) LoadInfo() (Info, error) {
	var info Info
	raw, err := os.ReadFile(l.InfoFile())
	if errors.Is(err, os.ErrNotExist) {
		return info, errors.New("no stack is running here: start one with `make up`")
	}
	if err != nil {
		return info, fmt.Errorf("devstack: %w", err)
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return info, fmt.Errorf("devstack: %s: %w", l.InfoFile(), err)
	}
	return info, nil
}

// writeInfo comes last: the file says that the stack is ready.
func (s *Stack) writeInfo() error {
	info, err := s.info()
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return os.WriteFile(s.InfoFile(), raw, 0o600)
}
