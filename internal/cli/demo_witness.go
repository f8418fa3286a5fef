package cli

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/devstack"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
)

// registerWitnesses has each member register the witness that it runs, under its own identity; on existing data they are
// registered already. From then on an epoch needs the cosignatures of two of the three.
func (d *demo) registerWitnesses(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, m := range devstack.DevMembers() {
		group.Go(func() error {
			var cfg daemon.Config
			if err := config.Load(d.layout.WitnessConfigFile(m.ID), &cfg); err != nil {
				return err
			}
			_, err := daemon.Register(ctx, cfg)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("register witnesses: %w", err)
	}
	d.say("  %d witnesses registered on the ledger", len(devstack.DevMembers()))
	return nil
}

// recordCosignatures verifies the note of an anchored epoch as a reader does who asks for a majority of the witnesses.
func (d *demo) recordCosignatures(note []byte) error {
	index, err := d.layout.IndexLog()
	if err != nil {
		return err
	}
	var keys []string
	for _, m := range devstack.DevMembers() {
		key, err := d.layout.WitnessKey(m.ID)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	policy, err := checkpoint.NewPolicy(index, len(keys)/2+1, keys...)
	if err != nil {
		return err
	}
	_, cosignatures, err := policy.Verify(note)
	if err != nil {
		return fmt.Errorf("the epoch's cosignatures: %w", err)
	}
	d.result.CosignedBy = nil
	for _, c := range cosignatures {
		d.result.CosignedBy = append(d.result.CosignedBy, c.Witness)
	}
	d.say("  cosigned by %v", d.result.CosignedBy)
	return nil
}
