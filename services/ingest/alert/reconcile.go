package alert

// Raised is an alert as it is kept.
type Raised struct {
	Kind Kind
	// Cause is the name of the mark that it was raised for.
	Cause string
	Open  bool
}

// Change is what is to be done with the alerts of one passport.
type Change struct {
	// Raise are alerts that are new.
	Raise []Alert
	// Reopen and Explain are alerts that are kept and whose state changes.
	Reopen, Explain []Raised
}

// Reconcile compares the alerts that knowledge gives with those that are kept. complete says that given has all of them;
// otherwise it has some, and nothing is explained by the absence of others.
//
// Of kept alerts only the kinds that follow from marks are touched: a rollback belongs to the odometer's verdict (Verdict).
func Reconcile(given []Alert, kept []Raised, complete bool) (c Change) {
	concerned := make([]bool, len(kept))
	for _, a := range given {
		isKept := false
		for i, k := range kept {
			// Two kept alerts of one matter are left when a cause that joins them became known after both.
			if !a.concerns(k.Kind, k.Cause) {
				continue
			}
			concerned[i] = true
			if !isKept && !k.Open {
				c.Reopen = append(c.Reopen, k)
			}
			if isKept && k.Open {
				c.Explain = append(c.Explain, k)
			}
			isKept = true
		}
		if !isKept {
			c.Raise = append(c.Raise, a)
		}
	}
	for i, k := range kept {
		if complete && k.Open && !concerned[i] && k.Kind != RollbackSuspected {
			c.Explain = append(c.Explain, k)
		}
	}
	return c
}

// Verdict is what the adjudication thinks of a vehicle's odometer, as far as alerts care.
type Verdict struct {
	// Rollback says that the verdict is rollback_suspected or rollback_established.
	Rollback bool
	// Cause is the first of the readings that show it and Evidence the last; of both only name and time count.
	Cause, Evidence Mark
}

// JudgeVerdict compares a vehicle's verdict with the rollback alerts that are kept: one rollback is one alert, however long
// the verdict stays, and a verdict that goes back to anything else explains them all.
func JudgeVerdict(v Verdict, kept []Raised) (c Change) {
	known := false
	for _, k := range kept {
		if k.Kind != RollbackSuspected {
			continue
		}
		switch {
		case !v.Rollback && k.Open:
			c.Explain = append(c.Explain, k)
		case v.Rollback && k.Cause == v.Cause.Name:
			known = true
			if !k.Open {
				c.Reopen = append(c.Reopen, k)
			}
		case v.Rollback && k.Open:
			known = true // the verdict names other evidence now; it is still the same rollback
		}
	}
	if v.Rollback && !known {
		c.Raise = append(c.Raise, Alert{
			Kind: RollbackSuspected, Causes: []Mark{v.Cause}, Evidence: v.Evidence.Name, EvidenceAt: v.Evidence.At,
		})
	}
	return c
}
