package adjudication

import (
	"strconv"
	"strings"
)

// isSentinel says whether a value is one that devices send for "no value": zero, and numbers whose bits are all set.
func isSentinel(r *Reading) bool {
	if r.Metres <= 0 || r.Metres > maxMetres {
		return true
	}
	if r.RawValue == "" {
		number, whole := r.plain()
		return whole && allBitsSet(number, r.RawUnit)
	}
	whole, fraction, _ := strings.Cut(r.RawValue, ".")
	switch strings.TrimRight(fraction, "0") {
	case "":
		number, err := strconv.ParseInt(whole, 10, 64)
		return err == nil && allBitsSet(number, r.RawUnit)
	case "5", "6": // 4294967295 tenths, and 2^32 of them
		return whole == "429496729"
	}
	return false
}

func sentinels(points []*point) (found []*point) {
	for _, p := range points {
		if isSentinel(p.Reading) {
			found = append(found, p)
		}
	}
	return found
}

// allBitsSet says whether a display that counts in a unit shows the greatest number of a device.
func allBitsSet(number int64, unit Unit) bool {
	switch number {
	case 4294967295, 429496729, 429496730, 16777215:
		return true
	case 999999:
		return unit != Metre // as metres it is a kilometre's reading like any other
	}
	return false
}

// shown is a value that a device sent.
type shown struct {
	source string
	metres int64
}

// staleRepeats finds what devices send from their store instead of from the vehicle: a value that comes back after the
// same device had shown a higher one. The first of such values may have been true, unless a higher one came before it too.
func staleRepeats(points []*point, tolerance int64) (stale []*point) {
	highest := map[string]int64{}
	var lower []*point
	stored := map[shown]bool{}
	for i, p := range points {
		if !p.Provenance.machine() {
			continue
		}
		if highest[p.Source] > p.Metres+tolerance {
			lower = append(lower, p)
			if comesBack(points[:i], p, tolerance) {
				stored[shown{p.Source, p.Metres}] = true
			}
		}
		highest[p.Source] = max(highest[p.Source], p.Metres)
	}
	for _, p := range lower {
		if stored[shown{p.Source, p.Metres}] {
			stale = append(stale, p)
		}
	}
	return stale
}

// comesBack says whether the device of p showed the value of p before, and a higher one since.
func comesBack(before []*point, p *point, tolerance int64) bool {
	higher := false
	for i := len(before) - 1; i >= 0; i-- {
		b := before[i]
		if b.Source != p.Source || !b.Provenance.machine() {
			continue
		}
		if higher = higher || b.Metres > p.Metres+tolerance; higher && b.Metres == p.Metres {
			return true
		}
	}
	return false
}
