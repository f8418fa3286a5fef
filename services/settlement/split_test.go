package settlement

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitExplainsEachShare(t *testing.T) {
	got, err := CurrentSplitPolicy().Split(25_000, []Contribution{
		{Member: "oem", Events: 1, QualitySum: 28}, {Member: "garage", Events: 3, QualitySum: 12},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Share{
		{ShareInfrastructureFee, "pool:infrastructure", 500, "2 % of 2.5000, split policy 1"},
		{ShareHolderDividend, "pool:holder", 2_500, "10 % of 2.5000, split policy 1"},
		{ShareContribution, "member:garage:available", 6_600, "12 of 40 quality points from 3 events"},
		{ShareContribution, "member:oem:available", 15_400, "28 of 40 quality points from 1 event"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("split (-want +got):\n%s", diff)
	}
}

func TestSplitWithoutQualityPointsPaysTheInfrastructure(t *testing.T) {
	for name, contributions := range map[string][]Contribution{
		"no contributor":     nil,
		"worthless evidence": {{Member: "oem", Events: 4}},
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
		shares, err := policy.Split(price, []Contribution{
			{Member: "c", QualitySum: 5}, {Member: "a", QualitySum: 5}, {Member: "b", QualitySum: 5},
		})
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
	for _, contributions := range [][]Contribution{
		{{Member: "a", QualitySum: -1}},
		{{Member: "a", Events: -1}},
		{{Member: "a", QualitySum: math.MaxInt64}, {Member: "a", QualitySum: 1}},
		{{Member: "a", QualitySum: math.MaxInt64}, {Member: "b", QualitySum: math.MaxInt64}, {Member: "c", QualitySum: 2}},
	} {
		if _, err := CurrentSplitPolicy().Split(25_000, contributions); !errors.Is(err, ErrContributionInvalid) {
			t.Errorf("%v: %v", contributions, err)
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

func TestSplitNeverPaysLessForMoreQuality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price, policy, contributions := drawPrice(t), drawPolicy(t), drawContributions(t)
		if len(contributions) == 0 {
			return
		}
		i := rapid.IntRange(0, len(contributions)-1).Draw(t, "who")
		before := mustSplit(t, policy, price, contributions)
		contributions[i].QualitySum += rapid.Int64Range(0, 1<<20).Draw(t, "more")
		after := mustSplit(t, policy, price, contributions)
		account := Available(contributions[i].Member)
		if after[account] < before[account] {
			t.Fatalf("%s got %d before and %d after", account, before[account], after[account])
		}
	})
}

func TestSplitPaysClonedContributionsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price, policy, contributions := drawPrice(t), drawPolicy(t), drawContributions(t)
		whole := mustSplit(t, policy, price, contributions)
		var pieces []Contribution
		for _, c := range contributions {
			first := rapid.Int64Range(0, c.QualitySum).Draw(t, "first piece")
			pieces = append(pieces,
				Contribution{Member: c.Member, Events: 1, QualitySum: first},
				Contribution{Member: c.Member, Events: 1, QualitySum: c.QualitySum - first})
		}
		pieces = rapid.Permutation(pieces).Draw(t, "order")
		if diff := cmp.Diff(whole, mustSplit(t, policy, price, pieces)); diff != "" {
			t.Fatalf("in pieces (-whole +pieces):\n%s", diff)
		}
	})
}

func drawPrice(t *rapid.T) Amount { return Amount(rapid.Int64Range(1, math.MaxInt64).Draw(t, "price")) }

func drawPolicy(t *rapid.T) SplitPolicy {
	fee := rapid.Uint16Range(0, 5_000).Draw(t, "fee")
	return SplitPolicy{Version: 1, InfrastructureFee: BasisPoints(fee), HolderDividend: BasisPoints(rapid.Uint16Range(0, 5_000).Draw(t, "dividend"))}
}

func drawContributions(t *rapid.T) []Contribution {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Contribution {
		return Contribution{
			Member:     rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "member"),
			Events:     rapid.Int64Range(0, 100).Draw(t, "events"),
			QualitySum: rapid.Int64Range(0, 1<<40).Draw(t, "quality"),
		}
	}), 0, 8).Draw(t, "contributions")
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
