package daemon

import (
	"context"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// Status asks the running trustee which keys it has shares in use of, in the order of purposes and numbers.
func Status(ctx context.Context, cfg Config) (sets []access.KeySet, err error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	_, pin, err := cfg.certificate()
	if err != nil {
		return nil, err
	}
	client := wire.NewClient(cfg.Listen, pin, nil)
	defer client.Close()
	for _, purpose := range access.KeyPurposes() {
		for number := uint64(1); number <= trustee.MaxKeys; number++ {
			set, err := client.KeySet(ctx, purpose, number)
			if apperr.ReasonOf(err) == trustee.ErrNoShare.Reason {
				break
			}
			if err != nil {
				return nil, err
			}
			sets = append(sets, set)
		}
	}
	return sets, nil
}
