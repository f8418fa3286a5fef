package daemon

import (
	"context"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/enrol"
)

// Register writes the key of the folder into the member's record on the ledger, under the member's own identity and through
// its own peer: from then on its cosignatures count. It returns the verifier key. A key that stands there already is left as it
// is; another one is replaced.
func Register(ctx context.Context, cfg Config) (key string, err error) {
	cosigner, err := checkpoint.ReadWitnessKey(cfg.KeyFile())
	if err != nil {
		return "", err
	}
	key = cosigner.Verifier().String()
	return key, onLedger(cfg, func(peer enrol.Ledger, member string) error {
		_, err := enrol.Join(ctx, peer, member, key)
		return err
	})
}

// Leave takes the key out of the member's record, for a member that witnesses no more.
func Leave(ctx context.Context, cfg Config) error {
	return onLedger(cfg, func(peer enrol.Ledger, member string) error {
		_, err := enrol.Leave(ctx, peer, member)
		return err
	})
}

// onLedger calls do with the member's own peer and id.
func onLedger(cfg Config, do func(peer enrol.Ledger, member string) error) (err error) {
	profile, err := client.Load(cfg.ProfileFile)
	if err != nil {
		return err
	}
	if profile.Member == "" {
		return fmt.Errorf("witness: the profile %s names no member", cfg.ProfileFile)
	}
	settings, err := cfg.Ledger.Config()
	if err != nil {
		return fmt.Errorf("witness: ledger: %w", err)
	}
	peer, err := fabricgw.Connect(settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.Close()) }()
	return do(peer, profile.Member)
}
