// Package replay computes the shares of a read anew from what its receipt says, for whoever paid or was paid and does not
// want to believe the platform's arithmetic.
package replay

import (
	"fmt"
	"strings"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Difference is one share that the receipt says otherwise than it computes.
type Difference struct {
	Account string
	// Stored is what the receipt says, Computed what comes out; "" for a share that only one of them has.
	Stored, Computed string
}

// Shares returns where a captured read's shares differ from those that its price and contributions make under its policy. The
// error says what keeps them from being computed: a read that was not captured, or another version of the policy.
func Shares(read *settlementv1.Read) ([]Difference, error) {
	policy := settlement.CurrentSplitPolicy()
	switch {
	case read.GetState() != settlementv1.ReadState_READ_STATE_CAPTURED:
		return nil, fmt.Errorf("replay: %s is not captured: nobody was paid", read.GetName())
	case int(read.GetSplitVersion()) != policy.Version:
		return nil, fmt.Errorf("replay: %s was split by policy %d, this program knows %d", read.GetName(), read.GetSplitVersion(), policy.Version)
	}
	price, err := settlement.ParseAmount(read.GetPrice())
	if err != nil {
		return nil, fmt.Errorf("replay: price: %w", err)
	}
	var contributions []settlement.Contribution
	for _, c := range read.GetContributions() {
		contributions = append(contributions, settlement.Contribution{
			Member: strings.TrimPrefix(c.GetMember(), "members/"), Field: c.GetField(), Quality: int64(c.GetQuality()),
		})
	}
	shares, err := policy.Split(price, contributions)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return compare(read.GetShares(), shares), nil
}

func compare(stored []*settlementv1.Share, computed []settlement.Share) (out []Difference) {
	for i := range max(len(stored), len(computed)) {
		var d Difference
		if i < len(stored) {
			d.Account, d.Stored = stored[i].GetAccount(), stored[i].GetAccount()+" "+stored[i].GetAmount()
		}
		if i < len(computed) {
			d.Account, d.Computed = string(computed[i].Account), string(computed[i].Account)+" "+computed[i].Amount.String()
		}
		if d.Stored != d.Computed {
			out = append(out, d)
		}
	}
	return out
}
