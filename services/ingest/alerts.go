package ingest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/alert"
)

// MaxRecipients bounds the members that get one alert.
const MaxRecipients = 1000

// Alert is an alert as it is kept. What it means, and when there is one, is the matter of package alert.
type Alert struct {
	ID, Passport uuid.UUID
	Kind         alert.Kind
	// Cause and Evidence name an event, "passports/{passport}/events/{event}", or a step of the registry's life cycle,
	// "passports/{passport}/transitions/{revision}", or a recall, "recalls/{recall}".
	Cause      string
	CauseAt    time.Time
	Evidence   string
	EvidenceAt time.Time
	Campaign   string
	RaisedAt   time.Time
	// ExplainedAt is nil while the alert is open.
	ExplainedAt *time.Time
	// Position grows with every change of any alert.
	Position int64
}

// AlertReader reads the alerts of one member under row-level security.
type AlertReader interface {
	// ListAlerts returns up to limit alerts with ids below before, of one passport unless it is uuid.Nil, the last raised
	// first.
	ListAlerts(ctx context.Context, member string, passport, before uuid.UUID, limit int) ([]Alert, error)
	// GetAlert returns an alert or ErrAlertNotFound.
	GetAlert(ctx context.Context, member string, id uuid.UUID) (Alert, error)
	// AlertsAfter returns up to limit alerts with positions above after, in their order.
	AlertsAfter(ctx context.Context, member string, after int64, limit int) ([]Alert, error)
}

// EventName is the resource name of an event.
func EventName(passport, event uuid.UUID) string {
	return "passports/" + passport.String() + "/events/" + event.String()
}
