package vault

import (
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// RequestKind is the right that a person makes use of.
type RequestKind string

// The kinds of requests, articles 15 and 20, 16, 18, 21 and 17 of the General Data Protection Regulation.
const (
	KindAccess        RequestKind = "access"
	KindRectification RequestKind = "rectification"
	KindRestriction   RequestKind = "restriction"
	KindObjection     RequestKind = "objection"
	KindErasure       RequestKind = "erasure"
)

// RequestState says how far a request is:
//
//	open ──> completed        open ──> refused        open ──> under way ──> completed
type RequestState string

// The states of a request. Only an erasure is ever under way: from then on it can only be completed.
const (
	StateOpen      RequestState = "open"
	StateUnderWay  RequestState = "under_way"
	StateCompleted RequestState = "completed"
	StateRefused   RequestState = "refused"
)

// Scope is what a request reaches.
type Scope string

// ScopeHolder is the holder's identity; ScopeVehicle also the VIN, the other holders and the keys of confidential data.
const (
	ScopeHolder  Scope = "holder"
	ScopeVehicle Scope = "vehicle"
)

const (
	// answerMonths is how long an answer may take, extendedMonths when extended (article 12(3)).
	answerMonths   = 1
	extendedMonths = 3
	// maxBackdate bounds how long ago a request that is entered now may have come in.
	maxBackdate = 365 * 24 * time.Hour
)

// SubjectRequest is what a holder asked of the member that registered them. It holds no personal data.
type SubjectRequest struct {
	ID      uuid.UUID
	Member  string
	Kind    RequestKind
	State   RequestState
	Scope   Scope
	Holder  uuid.UUID
	Vehicle uuid.UUID
	// OpenedBy and HandledBy are principals, "<member>/<name>".
	OpenedBy, HandledBy string
	ReceiveTime         time.Time
	DueTime             time.Time
	// Extension and Refusal are names of reasons, empty without.
	Extension, Refusal string
	// EndTime is when it was completed or refused, nil before.
	EndTime *time.Time
}

// Name is the request's resource name.
func (r SubjectRequest) Name() string { return "subjectRequests/" + r.ID.String() }

// Ended reports whether nothing more will happen.
func (r SubjectRequest) Ended() bool { return r.State == StateCompleted || r.State == StateRefused }

// Overdue reports whether the answer is late.
func (r SubjectRequest) Overdue(now time.Time) bool { return !r.Ended() && now.After(r.DueTime) }

// begin gives a new request its times and state. Errors: INVALID_FIELD.
func (r *SubjectRequest) begin(now time.Time) error {
	if r.ReceiveTime.IsZero() {
		r.ReceiveTime = now
	}
	if r.ReceiveTime.After(now) || now.Sub(r.ReceiveTime) > maxBackdate {
		return apperr.InvalidField("receive_time", "in the future, or more than a year ago")
	}
	r.State, r.DueTime = StateOpen, monthsAfter(r.ReceiveTime, answerMonths)
	return nil
}

// extend gives two months more, once and within the first month. Errors: ErrRequestEnded, ErrAlreadyExtended, ErrTooLate.
func (r *SubjectRequest) extend(reason string, now time.Time) error {
	switch {
	case r.Ended():
		return ErrRequestEnded
	case r.Extension != "":
		return ErrAlreadyExtended
	case now.After(r.DueTime):
		return ErrTooLate
	}
	r.Extension, r.DueTime = reason, monthsAfter(r.ReceiveTime, extendedMonths)
	return nil
}

// refuse ends r without granting it. Errors: ErrRequestEnded, ErrErasureUnderWay.
func (r *SubjectRequest) refuse(reason string, now time.Time) error {
	switch {
	case r.Ended():
		return ErrRequestEnded
	case r.State == StateUnderWay:
		return ErrErasureUnderWay
	}
	r.Refusal = reason
	r.end(StateRefused, now)
	return nil
}

func (r *SubjectRequest) end(state RequestState, now time.Time) { r.State, r.EndTime = state, &now }

// grantable checks that r is a request of this kind that was not answered. Errors: ErrRequestEnded, ErrWrongKind.
func (r SubjectRequest) grantable(kind RequestKind) error {
	switch {
	case r.Kind != kind:
		return ErrWrongKind
	case r.Ended():
		return ErrRequestEnded
	}
	return nil
}

// monthsAfter is the same day some months later, or that month's last day.
func monthsAfter(t time.Time, months int) time.Time {
	later := t.AddDate(0, months, 0)
	if later.Day() != t.Day() { // the month is shorter, and AddDate went on into the next
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}
