package simulator

import (
	"math"
	"slices"
	"time"
)

// tamper does to the counter, or to the vehicle, what happens to few.
func (l *life) tamper() {
	for _, t := range []struct {
		share float64
		do    func()
	}{
		{l.rates.Import, l.importVehicle},
		{l.rates.ClusterDeclared, l.replaceDeclared},
		{l.rates.ClusterUndeclared, l.replaceUndeclared},
		{l.rates.Rollback, l.rollBack},
		{l.rates.Blocker, l.block},
		{l.rates.TwoVehicles, l.clone},
	} {
		if l.chance(t.share) {
			t.do()
		}
	}
	if l.registered.Year() < 1995 && l.yearly < 25_000 && l.chance(l.rates.FiveDigits) {
		l.rollOver()
	}
}

// change replaces what the counter shows from a visit on.
func (l *life) change(from int, show func(shown float64) float64) {
	for i := from; i < len(l.visits); i++ {
		l.visits[i].shown = show(l.visits[i].shown)
	}
}

// justBefore is a time in the last third between a visit and the one before it.
func (l *life) justBefore(i int) time.Time {
	wait := l.visits[i].at.Sub(l.visits[i-1].at)
	return l.visits[i].at.Add(-time.Duration(l.between(0, 0.33) * float64(wait)))
}

func (l *life) importVehicle() {
	i, ok := l.pick()
	if !ok {
		return
	}
	at := l.justBefore(i)
	miles := l.chance(l.rates.FromMiles)
	l.signal(Signal{Kind: Imported, At: at, FromMiles: miles})
	l.become(Import)
	if miles && l.chance(l.rates.ImportInMiles) {
		l.change(i, func(shown float64) float64 { return shown / 1.609344 })
	}
}

func (l *life) replaceDeclared() {
	i, ok := l.pick()
	if !ok {
		return
	}
	at := l.justBefore(i)
	installed := 0.0
	if l.chance(0.3) {
		installed = l.between(10_000, 150_000)
	}
	part := float64(at.Sub(l.visits[i-1].at)) / float64(l.visits[i].at.Sub(l.visits[i-1].at))
	removed := l.visits[i-1].shown + part*(l.visits[i].shown-l.visits[i-1].shown)
	l.change(i, func(shown float64) float64 { return shown - removed + installed })
	l.signal(Signal{Kind: ClusterChanged, At: at, Removed: int64(removed), Installed: int64(installed)})
	l.become(ClusterDeclared)
}

func (l *life) replaceUndeclared() {
	i, ok := l.pick()
	if !ok {
		return
	}
	installed, class := 0.0, ClusterRestarted
	if l.chance(l.rates.DonorCluster) {
		installed, class = l.between(20_000, 150_000), ClusterDonor
	}
	removed := l.between(l.visits[i-1].shown, l.visits[i].shown)
	l.change(i, func(shown float64) float64 { return shown - removed + installed })
	l.become(class)
}

// rollBack turns the counter back by 15 to 60 %, at least by 15,000 km, most often before a sale.
func (l *life) rollBack() {
	i, ok := l.pick()
	if !ok || l.visits[i].shown < 40_000 {
		return
	}
	missing := math.Max(15_000, l.visits[i].shown*l.between(0.15, 0.6))
	at := l.justBefore(i)
	if l.chance(l.rates.NearSale) {
		l.signal(Signal{Kind: OwnershipChange, At: at.Add(time.Duration(l.between(1, 40) * float64(day)))})
	}
	l.change(i, func(shown float64) float64 { return shown - missing })
	l.label.Missing = int64(missing * 1000)
	l.become(l.seen(i))
}

// seen classifies a rollback before visit i by what readings can show of it.
func (l *life) seen(i int) Class {
	highest, before, after := 0.0, map[string]bool{}, map[string]bool{}
	for _, v := range l.visits[:i] {
		highest = math.Max(highest, v.shown)
	}
	lowest, lower := highest, 0
	for _, v := range l.visits[i:] {
		if v.shown < highest-100 {
			lower++
			after[v.source] = true
			lowest = math.Min(lowest, v.shown)
		}
	}
	for _, v := range l.visits[:i] {
		if v.shown > lowest+100 {
			before[v.source] = true
		}
	}
	switch {
	case lower == 0:
		return RollbackUnseen
	case lower == 1:
		return RollbackAlone
	case len(before) > 1 && len(after) > 1:
		return RollbackIndependent
	default:
		return Rollback
	}
}

// block stops a part of the distance from being counted; trips, which a device in the vehicle counts, have all of it.
func (l *life) block() {
	i, ok := l.pick()
	if !ok {
		return
	}
	hidden, start := l.between(0.4, 0.9), l.visits[i-1].driven
	for j := i; j < len(l.visits); j++ {
		v := &l.visits[j]
		v.shown -= (v.driven - start) * hidden
		l.signal(Signal{Kind: Trips, Since: l.visits[j-1].at, At: v.at, Metres: int64(1000 * (v.driven - l.visits[j-1].driven))})
	}
	l.become(Blocker)
}

// clone puts the visits of another vehicle among this one's.
func (l *life) clone() {
	other := &life{Rand: l.Rand, rates: Rates{}, number: l.number}
	other.live()
	for _, v := range other.visits {
		if v.at.After(l.registered) {
			l.visits = append(l.visits, v)
		}
	}
	slices.SortFunc(l.visits, func(a, b visit) int { return a.at.Compare(b.at) })
	l.become(TwoVehicles)
}

// rollOver makes a counter of five digits.
func (l *life) rollOver() {
	const limit = 100_000
	rolled := false
	for i := range l.visits {
		v := &l.visits[i]
		rolled = rolled || v.shown >= limit
		v.shown = math.Mod(v.shown, limit)
	}
	if rolled {
		l.become(Rollover)
	}
}
