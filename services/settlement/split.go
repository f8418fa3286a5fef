package settlement

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// explainedRaises bounds the fields that an explanation names.
const explainedRaises = 3

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
	return SplitPolicy{Version: 2, InfrastructureFee: 200, HolderDividend: 1000}
}

// SplitPolicyOf returns the policy of a version; false when this program does not know it.
func SplitPolicyOf(version int) (SplitPolicy, bool) {
	p := CurrentSplitPolicy()
	return p, p.Version == version
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
//   - the rest goes to the contributors in proportion to the Shapley values of their quality, by largest remainder, ties to
//     the member id that sorts first;
//   - contributions of one member to one field are one, its best: splitting oneself up or repeating oneself gains nothing;
//   - without quality the rest goes to the infrastructure.
func (p SplitPolicy) Split(price Amount, contributions []Contribution) ([]Share, error) {
	normalised, err := normalise(contributions)
	if err != nil {
		return nil, err
	}
	contributors, fields, total := claims(normalised)
	fee, dividend := price.part(p.InfrastructureFee), price.part(p.HolderDividend)
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
	for i, amount := range apportion(rest, contributors, total) {
		c := contributors[i]
		shares = append(shares, Share{ShareContribution, Available(c.member), amount, c.explain(fields, total)})
	}
	return shares, nil
}

// apportion divides whole among claims, sorted by member, by the largest-remainder method. The claims' points add up to total.
func apportion(whole Amount, contributors []claim, total int64) []Amount {
	amounts := make([]Amount, len(contributors))
	remainders := make([]*big.Rat, len(contributors))
	order := make([]int, len(contributors))
	left := whole
	perPoint := big.NewRat(int64(whole), total)
	for i, c := range contributors {
		exact := new(big.Rat).Mul(perPoint, c.points)
		floor := new(big.Int).Quo(exact.Num(), exact.Denom())
		amounts[i] = Amount(floor.Int64())
		remainders[i] = exact.Sub(exact, new(big.Rat).SetInt(floor))
		left -= amounts[i]
		order[i] = i
	}
	// A stable sort keeps the order by member among equal remainders.
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	for _, i := range order[:left] { // fewer units are left than there are contributors with a remainder
		amounts[i]++
	}
	return amounts
}

// explain says in one sentence what a claim rests on.
func (c claim) explain(fields int, total int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %d quality points: answers %d of %s", hundredths(c.points), total, c.answered, countFields(fields))
	if len(c.best) == 0 {
		b.WriteString(", each of which others answer as well")
		return b.String()
	}
	most := slices.Clone(c.best)
	slices.SortStableFunc(most, func(a, b raise) int { return cmp.Compare(b.to-b.from, a.to-a.from) })
	fmt.Fprintf(&b, ", raised the quality of %d:", len(most))
	for i, r := range most[:min(len(most), explainedRaises)] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %s from %d to %d", r.field, r.from, r.to)
	}
	if more := len(most) - explainedRaises; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}

func countFields(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", n)
}

// hundredths formats a number that is not negative with two decimals, rounded half up.
func hundredths(r *big.Rat) string {
	const places = 100
	n := new(big.Int).Mul(r.Num(), big.NewInt(2*places))
	n.Add(n, r.Denom()).Quo(n, new(big.Int).Lsh(r.Denom(), 1))
	whole, rest := n.QuoRem(n, big.NewInt(places), new(big.Int))
	return fmt.Sprintf("%d.%02d", whole, rest)
}
