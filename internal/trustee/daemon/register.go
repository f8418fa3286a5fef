package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/onledger"
)

// Register writes the trustee's keys, certificate and address to the ledger, through the member's own peer. A record that says the
// same already stays.
func Register(ctx context.Context, cfg Config) (_ access.Trustee, err error) {
	if err := cfg.complete(); err != nil {
		return access.Trustee{}, err
	}
	store, err := OpenStore(cfg)
	if err != nil {
		return access.Trustee{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, err := store.Keys(ctx)
	if err != nil {
		return access.Trustee{}, err
	}
	peer, err := Connect(cfg.Ledger)
	if err != nil {
		return access.Trustee{}, err
	}
	defer func() { err = errors.Join(err, peer.Close()) }()
	return register(ctx, cfg, keys, onledger.New(peer))
}

func register(ctx context.Context, cfg Config, keys trustee.Keys, ledger onledger.Ledger) (access.Trustee, error) {
	next, err := keys.Record()
	if err != nil {
		return access.Trustee{}, err
	}
	if _, next.TransportSHA256, err = cfg.certificate(); err != nil {
		return access.Trustee{}, err
	}
	next.ID, next.Member, next.Address = cfg.ID, cfg.Member, cfg.Address
	before, err := ledger.Trustee(ctx, cfg.ID)
	if err != nil && !errors.Is(err, trustee.ErrNotOnLedger) {
		return access.Trustee{}, err
	}
	if next.Version = before.Version; next == before {
		return before, nil
	}
	next.Version++
	digest, err := next.Hash()
	if err != nil {
		return access.Trustee{}, err
	}
	return next, ledger.Put(ctx, "RegisterTrustee", next, keys.Sign(digest))
}

// enrol registers the running trustee, and tries again until the ledger takes it: its member may not be admitted yet.
func (d *daemon) enrol(ctx context.Context) error {
	keys, err := d.store.Keys(ctx)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(d.config.Poll)
	defer ticker.Stop()
	for {
		record, err := register(ctx, d.config, keys, onledger.New(d.peer))
		if err == nil {
			d.logger.InfoContext(ctx, "registered", slog.String("trustee", record.ID), slog.Uint64("version", record.Version))
			return nil
		}
		if ctx.Err() == nil {
			d.logger.WarnContext(ctx, "not registered yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
