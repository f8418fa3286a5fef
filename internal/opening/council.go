package opening

import (
	"fmt"
	"math"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Council is a collective key with the trustees that share it.
type Council struct {
	Set      threshold.KeySet
	Trustees []Trustee
}

// NewCouncil makes a council of the ledger's records of a key set and of its trustees, and checks that the shares are of
// the key. The error wraps [threshold.ErrKeySet] or [threshold.ErrEncoding].
func NewCouncil(set access.KeySet, trustees []access.Trustee) (Council, error) {
	if set.KeyNumber > math.MaxUint32 || set.Epoch > math.MaxUint32 || set.Threshold > threshold.MaxTrustees {
		return Council{}, fmt.Errorf("%w: key %d, epoch %d", threshold.ErrKeySet, set.KeyNumber, set.Epoch)
	}
	c := Council{Set: threshold.KeySet{
		Number: uint32(set.KeyNumber), Epoch: uint32(set.Epoch), Threshold: int(set.Threshold), Public: set.PublicKey,
	}}
	shares := slices.SortedFunc(slices.Values(set.Shares), func(a, b access.Share) int { return int(a.Index) - int(b.Index) }) //nolint:gosec // at most 64
	for _, share := range shares {
		at := slices.IndexFunc(trustees, func(t access.Trustee) bool { return t.ID == share.Trustee })
		if at < 0 || share.Index > threshold.MaxTrustees {
			return Council{}, fmt.Errorf("%w: trustee %s", threshold.ErrKeySet, share.Trustee)
		}
		c.Set.Verification = append(c.Set.Verification, threshold.VerificationKey{Index: int(share.Index), Key: share.Verification})
		c.Trustees = append(c.Trustees, Trustee{ID: share.Trustee, Index: int(share.Index), Key: trustees[at].SigningKey})
	}
	return c, c.Set.Check()
}
