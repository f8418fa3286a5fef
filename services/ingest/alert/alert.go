package alert

import "time"

// Kind says what is alarming.
type Kind string

// The kinds; the values are stored.
const (
	WreckOnRoad            Kind = "wreck_on_road"
	StolenSeen             Kind = "stolen_seen"
	RollbackSuspected      Kind = "rollback_suspected"
	CodesClearedBeforeSale Kind = "codes_cleared_before_sale"
	RecallOpen             Kind = "recall_open"
)

// Use is an event that shows a vehicle being used or seen.
type Use struct {
	// Event names it, for example "passports/{passport}/events/{event}".
	Event string
	// Type is the full name of its message.
	Type string
	At   time.Time
}

// Alert is one alarming thing about a vehicle.
type Alert struct {
	Kind Kind
	// Causes are the marks that are the matter, the first to happen first. They are one matter: the alert's cause is the
	// first of them when it is raised, and any of them afterwards.
	Causes []Mark
	// Evidence is the event that shows it, and EvidenceAt when that happened.
	Evidence   string
	EvidenceAt time.Time
}

// Cause is the first cause.
func (a Alert) Cause() Mark { return a.Causes[0] }

// concerns reports whether a raised alert of this kind and cause is this one.
func (a Alert) concerns(kind Kind, cause string) bool {
	if a.Kind != kind {
		return false
	}
	for _, m := range a.Causes {
		if m.Name == cause {
			return true
		}
	}
	return false
}
