package alert

import (
	"slices"
	"time"
)

// Watch is a time in which a use of the vehicle is alarming.
type Watch struct {
	Kind   Kind
	Causes []Mark
	// From is the first alarming instant; Until the first that is not any more, zero when it does not end.
	From, Until time.Time
	// Uses are the types of event that count.
	Uses []string
}

// Sees reports whether u is alarming.
func (w Watch) Sees(u Use) bool {
	return !u.At.Before(w.From) && (w.Until.IsZero() || u.At.Before(w.Until)) && slices.Contains(w.Uses, u.Type)
}

// Raise returns the alert that u gives.
func (w Watch) Raise(u Use) Alert {
	return Alert{Kind: w.Kind, Causes: w.Causes, Evidence: u.Event, EvidenceAt: u.At}
}

// Watches returns the times in which uses of the vehicle are alarming. The order of marks does not matter.
func (p Policy) Watches(marks []Mark) []Watch {
	wreck := watches(inOrder(marks, TotalLoss, TotalLossLifted, Dismantled), TotalLossLifted,
		Watch{Kind: WreckOnRoad, Uses: p.RoadUses}, p.WreckGrace)
	stolen := watches(inOrder(marks, Theft, Recovery), Recovery, Watch{Kind: StolenSeen, Uses: p.Sightings}, p.TheftGrace)
	return append(wreck, stolen...)
}

// watches makes one watch, like template, of every state that begins with a mark and lasts until one of kind end. What is
// declared again within a state belongs to it, and a dismantled vehicle stays so.
func watches(marks []Mark, end MarkKind, template Watch, grace time.Duration) (out []Watch) {
	var running *Watch
	final := false
	for _, m := range marks {
		switch {
		case m.Kind != end:
			final = final || m.Kind == Dismantled
			if running == nil {
				w := template
				w.From = m.At.Add(grace)
				running = &w
			}
			running.Causes = append(running.Causes, m)
		case running != nil && !final:
			running.Until = m.At
			out, running = append(out, *running), nil
		}
	}
	if running != nil {
		out = append(out, *running)
	}
	return out
}

// Standing returns the alerts that marks give by themselves.
func (p Policy) Standing(marks []Mark) []Alert {
	return append(p.clearedBeforeSale(marks), openRecalls(marks)...)
}

// clearedBeforeSale gives one alert for each change of holder, shown by the last clearing before it.
func (p Policy) clearedBeforeSale(marks []Mark) (out []Alert) {
	cleared := inOrder(marks, CodesCleared)
	for _, change := range inOrder(marks, OwnershipChange) {
		for _, c := range slices.Backward(cleared) {
			if c.At.After(change.At) {
				continue
			}
			if change.At.Sub(c.At) <= p.ClearedBefore {
				out = append(out, Alert{
					Kind: CodesClearedBeforeSale, Causes: []Mark{change}, Evidence: c.Name, EvidenceAt: c.At,
				})
			}
			break
		}
	}
	return out
}

// openRecalls gives one alert for each campaign that was not performed after it was issued. A remedy may have been carried
// out on the day of issue, of which sources know no more than the day.
func openRecalls(marks []Mark) (out []Alert) {
	const sameDay = 24 * time.Hour
	byCampaign := map[string]int{} // place in out
	for _, m := range inOrder(marks, RecallIssued) {
		if i, known := byCampaign[m.Campaign]; known {
			out[i].Causes = append(out[i].Causes, m)
			continue
		}
		byCampaign[m.Campaign] = len(out)
		out = append(out, Alert{Kind: RecallOpen, Causes: []Mark{m}, Evidence: m.Name, EvidenceAt: m.At})
	}
	performed := inOrder(marks, RecallPerformed)
	return slices.DeleteFunc(out, func(a Alert) bool {
		return slices.ContainsFunc(performed, func(m Mark) bool {
			return m.Campaign == a.Cause().Campaign && m.At.After(a.Cause().At.Add(-sameDay))
		})
	})
}
