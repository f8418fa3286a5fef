package settlement

import (
	"cmp"
	"fmt"
	"slices"
)

// BasisPoints is a part of a whole in ten-thousandths: 200 is 2 %.
type BasisPoints uint16

const wholeBasisPoints = 10_000

// String formats whole percents as "2 %", others as "2.05 %".
func (b BasisPoints) String() string {
	if b%100 == 0 {
		return fmt.Sprintf("%d %%", b/100)
	}
	return fmt.Sprintf("%d.%02d %%", b/100, b%100)
}

// SplitPolicy says how the price of a read is shared out. A policy never changes; another gets another version, and every
// captured read keeps the version it was split by.
type SplitPolicy struct {
	Version           int
	InfrastructureFee BasisPoints
	HolderDividend    BasisPoints
}

// CurrentSplitPolicy is the policy of new captures.
func CurrentSplitPolicy() SplitPolicy {
	return SplitPolicy{Version: 1, InfrastructureFee: 200, HolderDividend: 1000}
}

// Contribution is what one member gave to a read: how many events, and the sum of their quality indices.
type Contribution struct {
	Member     string
	Events     int64
	QualitySum int64
}

// ShareKind is the ground of a share.
type ShareKind string

// The grounds of a share.
const (
	ShareInfrastructureFee ShareKind = "infrastructure_fee"
	ShareHolderDividend    ShareKind = "holder_dividend"
	ShareContribution      ShareKind = "contribution"
)

// Share is one part of a read's price.
type Share struct {
	Kind        ShareKind
	Account     AccountID
	Amount      Amount
	Explanation string
}

// Split shares price (not negative) out. The shares add up to price to the last unit:
//   - fee and dividend are rounded down, so the platform never gains by rounding;
//   - the rest goes to the contributors by quality, by largest remainder, ties to the member id that sorts first. Who
//     adds quality never gets less for it;
//   - contributions of one member are one contribution, so splitting oneself up gains nothing;
//   - without quality points the rest goes to the infrastructure.
func (p SplitPolicy) Split(price Amount, contributions []Contribution) ([]Share, error) {
	merged, total, err := mergeContributions(contributions)
	if err != nil {
		return nil, err
	}
	fee, _ := price.proportion(uint64(p.InfrastructureFee), wholeBasisPoints)
	dividend, _ := price.proportion(uint64(p.HolderDividend), wholeBasisPoints)
	rest := price - fee - dividend
	shares := []Share{
		{ShareInfrastructureFee, PoolInfrastructure, fee, fmt.Sprintf("%s of %s, split policy %d", p.InfrastructureFee, price, p.Version)},
		{ShareHolderDividend, PoolHolder, dividend, fmt.Sprintf("%s of %s, split policy %d", p.HolderDividend, price, p.Version)},
	}
	if total == 0 {
		return append(shares, Share{
			ShareInfrastructureFee, PoolInfrastructure, rest, "no contributor with quality points: the rest of the price",
		}), nil
	}
	for i, amount := range apportion(rest, merged, total) {
		c := merged[i]
		shares = append(shares, Share{
			ShareContribution, Available(c.Member), amount,
			fmt.Sprintf("%d of %d quality points from %s", c.QualitySum, total, countEvents(c.Events)),
		})
	}
	return shares, nil
}

// mergeContributions returns one contribution a member, sorted by member, and the sum of all quality points.
func mergeContributions(contributions []Contribution) (merged []Contribution, total uint64, err error) {
	byMember := make(map[string]Contribution, len(contributions))
	for _, c := range contributions {
		if c.QualitySum < 0 || c.Events < 0 {
			return nil, 0, ErrContributionInvalid
		}
		m := byMember[c.Member]
		quality, err := Amount(m.QualitySum).Add(Amount(c.QualitySum))
		if err != nil {
			return nil, 0, ErrContributionInvalid
		}
		byMember[c.Member] = Contribution{Member: c.Member, Events: m.Events + c.Events, QualitySum: int64(quality)}
	}
	for _, c := range byMember {
		merged = append(merged, c)
		sum := total + uint64(c.QualitySum) //nolint:gosec // not negative
		if sum < total {
			return nil, 0, ErrContributionInvalid
		}
		total = sum
	}
	slices.SortFunc(merged, func(a, b Contribution) int { return cmp.Compare(a.Member, b.Member) })
	return merged, total, nil
}

// apportion divides whole among contributions, sorted by member, by the largest-remainder method.
func apportion(whole Amount, contributions []Contribution, total uint64) []Amount {
	amounts := make([]Amount, len(contributions))
	remainders := make([]uint64, len(contributions))
	order := make([]int, len(contributions))
	left := whole
	for i, c := range contributions {
		amounts[i], remainders[i] = whole.proportion(uint64(c.QualitySum), total) //nolint:gosec // not negative
		left -= amounts[i]
		order[i] = i
	}
	// A stable sort keeps the order by member among equal remainders.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] { // fewer units are left than there are contributors with a remainder
		amounts[i]++
	}
	return amounts
}

func countEvents(n int64) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", n)
}
