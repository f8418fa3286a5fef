package fabric

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// Up brings the network up and returns once a transaction went through it. On a
// folder that an earlier Up completed it starts the same network again; the ledger
// is continued. After an error the processes started so far are left to the
// Starter's owner to stop.
func Up(ctx context.Context, cfg Config) (*Network, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	s, err := loadState(cfg)
	if err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	up := &bringUp{cfg: cfg, plan: newPlan(cfg, s.Ports), packages: map[string]chaincodePackage{}}
	if err := up.run(ctx, !s.Complete); err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	s.Complete = true
	if err := s.save(cfg); err != nil {
		return nil, fmt.Errorf("fabric: %w", err)
	}
	return up.plan.network(cfg.Topology), nil
}

// bringUp is one run of Up.
type bringUp struct {
	cfg      Config
	plan     plan
	packages map[string]chaincodePackage // by organisation
}

type step struct {
	name  string
	first bool // done by the first Up of a folder only
	do    func(context.Context) error
}

func (u *bringUp) run(ctx context.Context, first bool) error {
	steps := []step{
		{"configuration written", false, func(context.Context) error { return prepare(u.cfg) }},
		{"certificates and genesis block made", true, func(ctx context.Context) error { return generate(ctx, u.cfg, u.plan) }},
		{"chaincode packaged", false, func(context.Context) error { return u.pack() }},
		{"orderers, peers and chaincodes started", false, u.start},
		{"channel joined, chaincode installed", true, func(ctx context.Context) error { return join(ctx, u.cfg, u.plan, u.packages) }},
		{"chaincode approved by every member", true, func(ctx context.Context) error { return approve(ctx, u.cfg, u.plan, u.packages) }},
		{"chaincode committed", true, func(ctx context.Context) error { return commit(ctx, u.cfg, u.plan) }},
		{"probe transaction committed", false, u.probe},
	}
	for _, s := range steps {
		if s.first && !first {
			continue
		}
		began := time.Now()
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("not %s: %w", s.name, err)
		}
		if u.cfg.Progress != nil {
			u.cfg.Progress(s.name, time.Since(began))
		}
	}
	return nil
}

func (u *bringUp) pack() error {
	for _, org := range u.plan.PeerOrgs {
		p, err := pack(u.cfg, org)
		if err != nil {
			return err
		}
		u.packages[org.Name] = p
	}
	return nil
}

// start runs all processes at once: each waits for those it needs by itself.
func (u *bringUp) start(ctx context.Context) error {
	var specs []proc.Spec
	for _, o := range u.plan.orderers() {
		specs = append(specs, o.spec(u.cfg))
	}
	for _, org := range u.plan.PeerOrgs {
		specs = append(specs, org.spec(u.cfg), org.chaincodeSpec(u.cfg, u.packages[org.Name].ID))
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, spec := range specs {
		group.Go(func() error { return u.cfg.Starter.Start(ctx, spec) })
	}
	return group.Wait()
}

// probe has every peer run the chaincode, and then sends a transaction that only
// reads through endorsement, ordering and commit.
func (u *bringUp) probe(ctx context.Context) error {
	const list = "membership:ListMembers"
	n := u.plan.network(u.cfg.Topology)
	group, groupCtx := errgroup.WithContext(ctx)
	for _, org := range n.Orgs {
		group.Go(func() error {
			return withClient(n.Client(org), func(c *fabricgw.Client) error {
				return retry(groupCtx, func() error {
					_, err := c.Evaluate(groupCtx, list, "")
					return err
				})
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return withClient(n.Client(n.Orgs[0]), func(c *fabricgw.Client) error {
		_, err := c.Submit(ctx, list, "")
		return err
	})
}

func withClient(cfg fabricgw.Config, use func(*fabricgw.Client) error) error {
	c, err := fabricgw.Connect(cfg)
	if err != nil {
		return err
	}
	defer c.Close()
	return use(c)
}
