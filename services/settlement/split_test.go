package settlement

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitExplainsEachShare(t *testing.T) {
	got, err := CurrentSplitPolicy().Split(25_000, []Contribution{
		{"oem", "odometer/2026-01", 88}, {"garage", "odometer/2026-01", 70},
		{"garage", "workshop/2026-02", 75}, {"insurer", "workshop/2026-02", 75},
	})
	if err != nil {
		t.Fatal(err)
	}
	// 88 points of odometer: 35 for garage, 35 + 18 for oem; 75 of workshop: half each.
	want := []Share{
		{ShareInfrastructureFee, "pool:infrastructure", 500, "2 % of 2.5000, split policy 2"},
		{ShareHolderDividend, "pool:holder", 2_500, "10 % of 2.5000, split policy 2"},
		{ShareContribution, "member:garage:available", 9_785, "72.50 of 163 quality points: answers 2 of 2 fields, each of which others answer as well"},
		{ShareContribution, "member:insurer:available", 5_061, "37.50 of 163 quality points: answers 1 of 2 fields, each of which others answer as well"},
		{ShareContribution, "member:oem:available", 7_154, "53.00 of 163 quality points: answers 1 of 2 fields, raised the quality of 1: odometer/2026-01 from 70 to 88"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("split (-want +got):\n%s", diff)
	}
}

func TestAnExplanationNamesTheGreatestRaises(t *testing.T) {
	shares, err := SplitPolicy{Version: 7}.Split(100, []Contribution{
		{"a", "damage/2026-01", 20}, {"a", "theft/2026-01", 10}, {"a", "usage/2026-01", 30}, {"a", "recall/2026-01", 10},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "70.00 of 70 quality points: answers 4 of 4 fields, raised the quality of 4: usage/2026-01 from 0 to 30," +
		" damage/2026-01 from 0 to 20, recall/2026-01 from 0 to 10 and 1 more"
	if got := shares[len(shares)-1].Explanation; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSplitWithoutQualityPointsPaysTheInfrastructure(t *testing.T) {
	for name, contributions := range map[string][]Contribution{
		"no contributor":     nil,
		"worthless evidence": {{"oem", "odometer/2026-01", 0}},
	} {
		shares, err := CurrentSplitPolicy().Split(25_000, contributions)
		if err != nil {
			t.Fatal(err)
		}
		paid := paidTo(shares)
		if paid[PoolInfrastructure] != 22_500 || paid[PoolHolder] != 2_500 || len(paid) != 2 {
			t.Errorf("%s: paid %v", name, paid)
		}
	}
}

func TestSplitGivesTiesToTheFirstMember(t *testing.T) {
	policy := SplitPolicy{Version: 7} // the whole price to the contributors
	for price, want := range map[Amount][]Amount{10: {4, 3, 3}, 11: {4, 4, 3}, 2: {1, 1, 0}} {
		shares, err := policy.Split(price, []Contribution{{"c", "f", 5}, {"a", "f", 5}, {"b", "f", 5}})
		if err != nil {
			t.Fatal(err)
		}
		paid := paidTo(shares)
		if got := []Amount{paid[Available("a")], paid[Available("b")], paid[Available("c")]}; !slices.Equal(got, want) {
			t.Errorf("%d among equals is %v, want %v", price, got, want)
		}
	}
}

func TestSplitRefusesImpossibleContributions(t *testing.T) {
	for _, c := range []Contribution{{"a", "f", -1}, {"a", "f", MaxQuality + 1}, {"a", "", 1}} {
		if _, err := CurrentSplitPolicy().Split(25_000, []Contribution{c}); !errors.Is(err, ErrContributionInvalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestSplitConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := drawPrice(t)
		shares, err := drawPolicy(t).Split(price, drawContributions(t))
		if err != nil {
			t.Fatal(err)
		}
		left := price
		for _, s := range shares {
			if s.Amount < 0 || s.Explanation == "" {
				t.Fatalf("share %+v", s)
			}
			left -= s.Amount
		}
		if left != 0 {
			t.Fatalf("%d of %d was not given out", left, price)
		}
	})
}

// TestSplitNeverPaysLessForMoreQuality allows one unit: that is what the largest remainder can move.
func TestSplitNeverPaysLessForMoreQuality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price, policy, contributions := drawPrice(t), drawPolicy(t), drawContributions(t)
		if len(contributions) == 0 {
			return
		}
		i := rapid.IntRange(0, len(contributions)-1).Draw(t, "who")
		before := mustSplit(t, policy, price, contributions)
		contributions[i].Quality = rapid.Int64Range(contributions[i].Quality, MaxQuality).Draw(t, "more")
		after := mustSplit(t, policy, price, contributions)
		account := Available(contributions[i].Member)
		if after[account] < before[account]-1 {
			t.Fatalf("%s got %d before and %d after", account, before[account], after[account])
		}
	})
}

// TestRepeatingOneselfGainsNothing sends contributions again, in pieces of no better quality and in any order.
func TestRepeatingOneselfGainsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price, policy, contributions := drawPrice(t), drawPolicy(t), drawContributions(t)
		once := mustSplit(t, policy, price, contributions)
		repeated := slices.Clone(contributions)
		for _, c := range contributions {
			c.Quality = rapid.Int64Range(0, c.Quality).Draw(t, "of the copy")
			repeated = append(repeated, c)
		}
		repeated = rapid.Permutation(repeated).Draw(t, "order")
		if diff := cmp.Diff(once, mustSplit(t, policy, price, repeated)); diff != "" {
			t.Fatalf("repeated (-once +repeated):\n%s", diff)
		}
	})
}

// TestClaimsAreShapleyValues holds the closed form against the definition, over all orders in which members can come.
func TestClaimsAreShapleyValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		normalised, err := normalise(drawContributions(t))
		if err != nil {
			t.Fatal(err)
		}
		got, _, total := claims(normalised)
		want := bruteForce(normalised)
		sum := new(big.Rat)
		for _, c := range got {
			if c.points.Cmp(want[c.member]) != 0 {
				t.Fatalf("%s is worth %s, by definition %s", c.member, c.points, want[c.member])
			}
			sum.Add(sum, c.points)
		}
		if len(got) != len(want) || sum.Cmp(new(big.Rat).SetInt64(total)) != 0 {
			t.Fatalf("%d claims of %d members add up to %s of %d", len(got), len(want), sum, total)
		}
	})
}

// bruteForce returns each member's Shapley value, from the worth of every set of members.
func bruteForce(contributions []Contribution) map[string]*big.Rat {
	var members []string
	for _, c := range contributions {
		if !slices.Contains(members, c.Member) {
			members = append(members, c.Member)
		}
	}
	worth := func(set int) int64 {
		best := map[string]int64{}
		for _, c := range contributions {
			if set&(1<<slices.Index(members, c.Member)) != 0 {
				best[c.Field] = max(best[c.Field], c.Quality)
			}
		}
		sum := int64(0)
		for _, q := range best {
			sum += q
		}
		return sum
	}
	factorial := func(n int) *big.Int { return new(big.Int).MulRange(1, int64(n)) }
	values := map[string]*big.Rat{}
	for i, member := range members {
		values[member] = new(big.Rat)
		for set := range 1 << len(members) {
			if set&(1<<i) != 0 {
				continue
			}
			before := bits.OnesCount(uint(set))
			orders := new(big.Int).Mul(factorial(before), factorial(len(members)-before-1))
			weight := new(big.Rat).SetFrac(orders, factorial(len(members)))
			added := new(big.Rat).SetInt64(worth(set|1<<i) - worth(set))
			values[member].Add(values[member], weight.Mul(weight, added))
		}
	}
	return values
}

func drawPrice(t *rapid.T) Amount { return Amount(rapid.Int64Range(1, math.MaxInt64).Draw(t, "price")) }

func drawPolicy(t *rapid.T) SplitPolicy {
	fee := rapid.Uint16Range(0, 5_000).Draw(t, "fee")
	return SplitPolicy{Version: 1, InfrastructureFee: BasisPoints(fee), HolderDividend: BasisPoints(rapid.Uint16Range(0, 5_000).Draw(t, "dividend"))}
}

// drawContributions has up to 8 members.
func drawContributions(t *rapid.T) []Contribution {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Contribution {
		return Contribution{
			Member:  rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(t, "member"),
			Field:   rapid.SampledFrom([]string{"odometer/2026-01", "odometer/2026-02", "damage/2026-02"}).Draw(t, "field"),
			Quality: rapid.Int64Range(0, MaxQuality).Draw(t, "quality"),
		}
	}), 0, 16).Draw(t, "contributions")
}

func mustSplit(t *rapid.T, p SplitPolicy, price Amount, contributions []Contribution) map[AccountID]Amount {
	shares, err := p.Split(price, contributions)
	if err != nil {
		t.Fatal(err)
	}
	return paidTo(shares)
}

func paidTo(shares []Share) map[AccountID]Amount {
	paid := map[AccountID]Amount{}
	for _, s := range shares {
		paid[s.Account] += s.Amount
	}
	return paid
}

func TestHundredthsAreRoundedHalfUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := big.NewRat(rapid.Int64Range(0, 1<<40).Draw(t, "a"), rapid.Int64Range(1, 1000).Draw(t, "b"))
		if got, want := hundredths(r), r.FloatString(2); got != want {
			t.Fatalf("%s is %s, want %s", r, got, want)
		}
	})
}
