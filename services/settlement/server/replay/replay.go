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
	// Version is 0 for the shares of the capture, and counts the revisions from 1.
	Version int
	Account string
	// Stored is what the receipt says, Computed what comes out; "" for a share that only one of them has.
	Stored, Computed string
}

// Shares returns where a captured read's shares, and those of its revisions, differ from those that its price and contributions make
// under its policy. The error says what keeps them from being computed: a read that was not captured, or a policy that this program
// does not know.
func Shares(read *settlementv1.Read) ([]Difference, error) {
	policy, known := settlement.SplitPolicyOf(int(read.GetSplitVersion()))
	switch {
	case read.GetState() != settlementv1.ReadState_READ_STATE_CAPTURED:
		return nil, fmt.Errorf("replay: %s is not captured: nobody was paid", read.GetName())
	case !known:
		return nil, fmt.Errorf("replay: %s was split by policy %d, which this program does not know", read.GetName(), read.GetSplitVersion())
	}
	price, err := settlement.ParseAmount(read.GetPrice())
	if err != nil {
		return nil, fmt.Errorf("replay: price: %w", err)
	}
	var contributions []settlement.Contribution
	for _, c := range read.GetContributions() {
		contributions = append(contributions, contribution(c.GetMember(), c.GetField(), c.GetQuality()))
	}
	shares, err := policy.Split(price, contributions)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	differences := compare(0, read.GetShares(), shares)
	for i, v := range read.GetRevisions() {
		change := contribution(v.GetMember(), v.GetField(), v.GetQuality())
		if contributions, shares, err = settlement.Revised(price, policy, contributions, change); err != nil {
			return nil, fmt.Errorf("replay: revision %d: %w", i+1, err)
		}
		differences = append(differences, compare(i+1, v.GetShares(), shares)...)
	}
	return differences, nil
}

func contribution(member, field string, quality int32) settlement.Contribution {
	return settlement.Contribution{Member: strings.TrimPrefix(member, "members/"), Field: field, Quality: int64(quality)}
}

func compare(version int, stored []*settlementv1.Share, computed []settlement.Share) (out []Difference) {
	for i := range max(len(stored), len(computed)) {
		d := Difference{Version: version}
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
