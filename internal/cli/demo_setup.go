package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/importer"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// progressEvery is how often long work says how far it is.
const progressEvery = 2 * time.Second

// obtainPrograms builds or finds what runs beside the platform.
func (d *demo) obtainPrograms(ctx context.Context) error {
	if _, err := ensureTools(ctx, d.quiet(), d.layout); err != nil {
		return err
	}
	d.result.Seconds.Build = rounded(d.took())
	d.say("  ready after %.1f s", d.took())
	return nil
}

// quiet is the environment with standard output where progress belongs.
func (d *demo) quiet() *environment {
	env := *d.env
	if d.flags.json {
		env.stdout = env.stderr
	}
	return &env
}

func (d *demo) startPlatform(ctx context.Context) error {
	if err := startDetached(ctx, d.quiet(), d.layout, &d.flags.up); err != nil {
		return err
	}
	d.result.Seconds.Start = rounded(d.took())
	for member, into := range map[string]*client.Profile{"oem": &d.maker, "insurer": &d.insurer, "garage": &d.garage} {
		profile, err := client.Load(d.layout.ProfileFile(devstack.AdminProfile(member)))
		if err != nil {
			return err
		}
		*into = profile
	}
	return nil
}

// admitMembers admits the three organisations of the development network; on existing data they are members already. The
// first is the one whose identity submits to the ledger, and enters the others into the directory there. Their witnesses run already.
func (d *demo) admitMembers(ctx context.Context) error {
	conn, closeConn, err := (&environment{state: d.layout.State}).connect(devstack.Operator, "registry")
	if err != nil {
		return err
	}
	defer closeConn()
	members := devstack.DevMembers()
	if err := d.admitMember(ctx, conn, members[0]); err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, m := range members[1:] {
		group.Go(func() error { return d.admitMember(groupCtx, conn, m) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := d.registerWitnesses(ctx); err != nil {
		return err
	}
	if err := d.foundConsortium(ctx); err != nil {
		return err
	}
	d.say("  admitted after %.1f s", d.took())
	return nil
}

func (d *demo) admitMember(ctx context.Context, registry grpc.ClientConnInterface, m devstack.DevMember) error {
	ca, err := os.ReadFile(d.layout.MemberAuthorityFile(m.ID))
	if err != nil {
		return err
	}
	admitted, err := admit(ctx, registry, &registryv1.Member{
		Name: "members/" + m.ID, DisplayName: m.DisplayName, MspId: m.MSPID, CaCertificates: string(ca),
		Administrators: []string{m.ID + "/admin"},
		MemberClass:    registryv1.MemberClass(registryv1.MemberClass_value["MEMBER_CLASS_"+m.Class]),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", m.ID, err)
	}
	d.say("  %-10s %-10s %s, %d steps done", m.ID, strings.ToLower(m.Class), m.MSPID, len(admitted.GetCompletedSteps()))
	return nil
}

// importHistory sends inspections as the garage and odometer readings as the maker, which also enrols the vehicles.
func (d *demo) importHistory(ctx context.Context) error {
	format := d.flags.format
	source, err := history.Open(format, d.flags.data, history.Options{
		Sample: history.SampleConfig{Seed: d.flags.sampleSeed, Vehicles: d.flags.sampleVehicles},
	})
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	run, closeAll, err := newImportRun(d.maker, d.garage)
	if err != nil {
		return err
	}
	defer closeAll()
	run.Source, run.Format = source, format
	last := time.Now()
	run.Progress = func(s importer.Sums) {
		if time.Since(last) > progressEvery {
			last = time.Now()
			d.say("  %s", progressLine(s))
		}
	}
	sums, err := run.Run(ctx)
	if err != nil {
		return err
	}
	d.result.Seconds.Import = rounded(d.took())
	d.result.addImport(sums)
	env := d.quiet()
	printSums(env, sums)
	d.say("  imported after %.1f s", d.took())
	return nil
}
