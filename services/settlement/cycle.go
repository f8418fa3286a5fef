package settlement

import "time"

// Cycle is what was posted from Start until before End, at most a day of UTC. Cycles follow each other without gaps. The open one has
// no End yet; once it has one it is sealed: nothing is posted into it any more, and what comes late is in the next.
type Cycle struct {
	// Number counts from 1.
	Number     int64
	Start, End time.Time
}

// next is the cycle after c while it is open; before the first, c ends when the ledger was opened.
func (c Cycle) next() Cycle { return Cycle{Number: c.Number + 1, Start: c.End} }

// midnight is when the cycle ends at the latest.
func (c Cycle) midnight() time.Time { return dayOf(c.Start).AddDate(0, 0, 1) }

// seal ends the open cycle: at midnight, or now if that is before and early is asked for. It is false when the cycle goes on.
func (c Cycle) seal(now time.Time, early bool) (Cycle, bool) {
	if c.End = c.midnight(); !c.End.After(now) {
		return c, true
	}
	c.End = now
	return c, early && now.After(c.Start)
}

// Month is the month that the cycle closes; ok is false when the month goes on.
func (c Cycle) Month() (month Month, ok bool) {
	if c.End.Day() != 1 || !c.End.Equal(dayOf(c.End)) {
		return Month{}, false
	}
	return MonthOf(c.Start), true
}

// Month is a month of UTC.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of a moment.
func MonthOf(at time.Time) Month {
	year, month, _ := at.UTC().Date()
	return Month{Year: year, Month: month}
}

// ParseMonth reads "2026-03".
func ParseMonth(text string) (Month, error) {
	at, err := time.Parse(monthLayout, text)
	if err != nil {
		return Month{}, ErrPeriodNotFound
	}
	return MonthOf(at), nil
}

const monthLayout = "2006-01"

// String formats m as "2026-03".
func (m Month) String() string { return m.Start().Format(monthLayout) }

// Start and End are the midnights at which the month begins and ends.
func (m Month) Start() time.Time { return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC) }

// End is the first moment after the month.
func (m Month) End() time.Time { return m.Start().AddDate(0, 1, 0) }

// dayOf is the midnight at which the day of UTC begins.
func dayOf(at time.Time) time.Time {
	year, month, day := at.UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
