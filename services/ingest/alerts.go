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
	// AcknowledgedAt says when the member that reads took note of it, since it was last opened, and AcknowledgedBy is the
	// principal that did, "{member}/{name}"; nil and "" before.
	AcknowledgedAt *time.Time
	AcknowledgedBy string
}

// AlertFilter says which alerts are listed.
type AlertFilter struct {
	// Passport is the only one whose alerts are listed, unless it is uuid.Nil.
	Passport uuid.UUID
	// Unacknowledged leaves out the alerts that the member took note of.
	Unacknowledged bool
}

// AcknowledgementTx is what taking note of an alert needs of a transaction.
type AcknowledgementTx interface {
	// AcknowledgeAlert records that the caller took note of an alert that its member gets, unless somebody of the member has, and
	// returns the alert. Errors: ErrAlertNotFound.
	AcknowledgeAlert(ctx context.Context, id uuid.UUID, now time.Time) (Alert, error)
}

// AlertReader reads the alerts of one member under row-level security.
type AlertReader interface {
	// ListAlerts returns up to limit alerts with ids below before, the last raised first.
	ListAlerts(ctx context.Context, member string, filter AlertFilter, before uuid.UUID, limit int) ([]Alert, error)
	// GetAlert returns an alert or ErrAlertNotFound.
	GetAlert(ctx context.Context, member string, id uuid.UUID) (Alert, error)
	// AlertsAfter returns up to limit alerts with positions above after, in their order.
	AlertsAfter(ctx context.Context, member string, after int64, limit int) ([]Alert, error)
}

// EventName is the resource name of an event.
func EventName(passport, event uuid.UUID) string {
	return "passports/" + passport.String() + "/events/" + event.String()
}
