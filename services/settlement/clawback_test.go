package settlement

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var captureTime = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// drawRead is a captured read of three members' contributions to three fields.
func drawRead(t *rapid.T) Read {
	var contributions []Contribution
	for _, field := range []string{"odometer/2026-01", "workshop/2026-01", "damage/2026-02"} {
		for _, member := range []string{"a", "b", "c"} {
			quality := rapid.Int64Range(0, MaxQuality).Draw(t, "quality")
			contributions = append(contributions, Contribution{Member: member, Field: field, Quality: quality})
		}
	}
	held := Read{ID: "1", Payer: "payer", Price: Amount(rapid.Int64Range(1, 100_000).Draw(t, "price")), State: ReadHeld}
	r, _, err := held.capture(CurrentSplitPolicy(), contributions, nil, captureTime)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func drawRefutation(t *rapid.T, event int) Refutation {
	f := Refutation{
		Event: fmt.Sprint(event), Member: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "member"), Time: captureTime.Add(24 * time.Hour),
		Field: rapid.SampledFrom([]string{"odometer/2026-01", "workshop/2026-01", "damage/2026-02"}).Draw(t, "field"),
	}
	if quality := rapid.Int64Range(0, MaxQuality).Draw(t, "remaining"); quality > 0 {
		f.Remaining = []Answer{{From: captureTime.Add(-time.Hour), Quality: quality}, {From: captureTime.Add(time.Hour), Quality: MaxQuality}}
	}
	return f
}

func sharesByAccount(shares []Share) map[AccountID]Amount {
	out := map[AccountID]Amount{}
	for _, s := range shares {
		out[s.Account] += s.Amount
	}
	return out
}

// TestARevisionIsTheSplitOfWhatIsLeft refutes events of a read at random, and holds each version against a split of what counts.
func TestARevisionIsTheSplitOfWhatIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRead(t)
		counts := map[[2]string]int64{}
		for _, c := range r.Contributions {
			counts[[2]string{c.Member, c.Field}] = c.Quality
		}
		for event := range rapid.IntRange(1, 6).Draw(t, "refutations") {
			f := drawRefutation(t, event)
			at, left := [2]string{f.Member, f.Field}, f.quality(captureTime)
			v, ok, err := r.refute(f, captureTime)
			if err != nil {
				t.Fatal(err)
			}
			if ok != (counts[at] > left) {
				t.Fatalf("%v of quality %d, %d is left: revised %v", at, counts[at], left, ok)
			}
			if !ok {
				continue
			}
			before := sharesByAccount(r.sharesOf(len(r.Revisions)))[Available(f.Member)]
			r.Revisions, counts[at] = append(r.Revisions, v), left
			var contributions []Contribution
			for place, quality := range counts {
				contributions = append(contributions, Contribution{Member: place[0], Field: place[1], Quality: quality})
			}
			want, err := CurrentSplitPolicy().Split(r.Price, contributions)
			if err != nil || !slices.Equal(v.Shares, want) {
				t.Fatalf("shares %v, want %v; %v", v.Shares, want, err)
			}
			if after := sharesByAccount(v.Shares)[Available(f.Member)]; after > before+1 { // one unit may come by rounding
				t.Fatalf("%s gains by its refuted event: %s before, %s after", f.Member, before, after)
			}
			if _, again, _ := r.refute(f, captureTime); again {
				t.Fatal("refuted twice")
			}
		}
	})
}

// TestClawbacksEndInTheLastShares settles the versions of a read whose members may have spent what they earned, as money comes in.
func TestClawbacksEndInTheLastShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRead(t)
		for event := range rapid.IntRange(1, 4).Draw(t, "refutations") {
			if v, ok, err := r.refute(drawRefutation(t, event), captureTime); err != nil {
				t.Fatal(err)
			} else if ok {
				r.Revisions = append(r.Revisions, v)
			}
		}
		b := Balances{PoolHolder: {ID: PoolHolder}, PoolInfrastructure: {ID: PoolInfrastructure}}
		start := map[AccountID]Amount{}
		for _, member := range []string{"a", "b", "c"} {
			start[Available(member)] = Amount(rapid.Int64Range(0, 50_000).Draw(t, "left"))
			b[Available(member)] = Account{ID: Available(member), Balance: start[Available(member)]}
			b[Claims(member)] = Account{ID: Claims(member)}
		}
		for version := 1; version <= len(r.Revisions); version++ {
			settle(t, r, version, b, start)
		}
		want := maps.Clone(start)
		for account, amount := range sharesByAccount(r.sharesOf(len(r.Revisions))) {
			want[account] += amount
		}
		for account, amount := range sharesByAccount(r.Shares) {
			want[account] -= amount
		}
		for id, account := range b {
			if account.Balance != want[id] {
				t.Fatalf("%s has %s, want %s", id, account.Balance, want[id])
			}
		}
	})
}

// settle pays one version, giving the losers a little as long as they have too little.
func settle(t *rapid.T, r Read, version int, b Balances, start map[AccountID]Amount) {
	differences, err := r.differences(version)
	if err != nil {
		t.Fatal(err)
	}
	if len(differences) == 0 {
		return
	}
	for range 1000 {
		due := map[string]int{}
		for later := version; later <= len(r.Revisions); later++ {
			d, err := r.differences(later)
			if err != nil {
				t.Fatal(err)
			}
			for _, member := range losers(d) {
				due[member]++
			}
		}
		transfer, ok, err := r.clawback(version, differences, b, due)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			if err := b.apply(transfer); err != nil {
				t.Fatal(err)
			}
			return
		}
		for _, member := range losers(differences) {
			earned := Share{Account: Available(member), Amount: 1000}
			p := earned.posting(due)
			if p.Account != Claims(member) {
				t.Fatalf("%s earns on %s while it owes", member, p.Account)
			}
			a := b[p.Account]
			a.Balance += p.Amount
			b[p.Account] = a
			start[Available(member)] += p.Amount
		}
	}
	t.Fatal("never settled")
}

func TestOldReadsStayAsTheyAre(t *testing.T) {
	held := Read{ID: "1", Price: 10_000, State: ReadHeld}
	r, _, err := held.capture(CurrentSplitPolicy(), []Contribution{{Member: "a", Field: "f", Quality: 1}}, nil, captureTime)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{ClawbackPeriod: true, ClawbackPeriod + 1: false, -time.Hour: true} {
		f := Refutation{Event: "e", Member: "a", Field: "f", Time: captureTime.Add(after)}
		if _, ok, err := r.refute(f, captureTime); ok != want || err != nil {
			t.Errorf("%s after the capture: revised %v, want %v; %v", after, ok, want, err)
		}
	}
}
