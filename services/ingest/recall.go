package ingest

import (
	"time"

	"github.com/google/uuid"
)

// Recall is a recall of the registry.
type Recall struct {
	// Name is "recalls/{recall}".
	Name string
	// Member is the id of the maker; "" when an earlier release told of the recall.
	Member           string
	Campaign, Defect string
	IssuedAt         time.Time
}

// RecallSource is the source of the events by which the platform journals the recalls that a member issued. They are the member's
// statements, but they do not show that the member had to do with a vehicle before.
func RecallSource(member string) string { return "/members/" + member + "/registry/recalls" }

// EventID is the id of the event by which the recall of a passport is journaled: the same however often it is found.
func (r Recall) EventID(passport uuid.UUID) string { return r.Name + "/passports/" + passport.String() }
