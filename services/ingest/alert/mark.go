package alert

import (
	"cmp"
	"slices"
	"time"
)

// MarkKind says what a mark changes.
type MarkKind string

// The kinds of mark; the values are stored.
const (
	TotalLoss       MarkKind = "total_loss"
	TotalLossLifted MarkKind = "total_loss_lifted"
	Dismantled      MarkKind = "dismantled"
	Theft           MarkKind = "theft"
	Recovery        MarkKind = "recovery"
	CodesCleared    MarkKind = "codes_cleared"
	OwnershipChange MarkKind = "ownership_change"
	RecallIssued    MarkKind = "recall_issued"
	RecallPerformed MarkKind = "recall_performed"
)

// Mark is something that changes what is normal for a vehicle.
type Mark struct {
	Kind MarkKind
	// Name is that of the event or of the registry's step.
	Name string
	At   time.Time
	// Campaign is that of a recall.
	Campaign string
}

const eventPackage = "pcc.events.v1."

// markTypes are the events that are marks.
var markTypes = map[string]MarkKind{
	eventPackage + "TotalLossDeclared":   TotalLoss,
	eventPackage + "TotalLossLifted":     TotalLossLifted,
	eventPackage + "Dismantled":          Dismantled,
	eventPackage + "Theft":               Theft,
	eventPackage + "Recovery":            Recovery,
	eventPackage + "TroubleCodesCleared": CodesCleared,
	eventPackage + "OwnershipChange":     OwnershipChange,
	eventPackage + "RecallIssued":        RecallIssued,
	eventPackage + "RecallPerformed":     RecallPerformed,
}

// MarkOf returns the kind of mark that an event of this type is.
func MarkOf(eventType string) (MarkKind, bool) {
	kind, ok := markTypes[eventType]
	return kind, ok
}

// Withdraws reports whether an event of this type can have another one not count any more.
func Withdraws(eventType string) bool {
	return eventType == eventPackage+"Correction" || eventType == eventPackage+"DisputeResolved"
}

// Tells reports whether an event of this type can change by itself what is alarming about a vehicle. All others only show that the
// vehicle is in use, which matters when something is known about it.
func Tells(eventType string) bool {
	_, marks := MarkOf(eventType)
	return marks || Withdraws(eventType) || ChangesPart(eventType)
}

// ChangesPart reports whether an event of this type is about a part, which a recall may name.
func ChangesPart(eventType string) bool { return eventType == eventPackage+"PartChange" }

// MarkOfStep returns the kind of mark that a step of the registry's life cycle is, by the names of its states. A stolen
// vehicle that becomes a total loss, because its insurer paid, is still stolen.
func MarkOfStep(from, to string) (MarkKind, bool) {
	switch {
	case to == "total_loss":
		return TotalLoss, true
	case to == "dismantled":
		return Dismantled, true
	case to == "stolen":
		return Theft, true
	case from == "total_loss":
		return TotalLossLifted, true
	case from == "stolen":
		return Recovery, true
	}
	return "", false
}

// ends reports whether marks of a kind end a state, and so come last at their instant.
func (k MarkKind) ends() bool { return k == TotalLossLifted || k == Recovery || k == RecallPerformed }

// inOrder returns the marks of the given kinds in the order in which they happened.
func inOrder(marks []Mark, kinds ...MarkKind) []Mark {
	var out []Mark
	for _, m := range marks {
		if slices.Contains(kinds, m.Kind) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Mark) int {
		return cmp.Or(a.At.Compare(b.At), compareBool(a.Kind.ends(), b.Kind.ends()), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
