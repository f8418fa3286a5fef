package wire

import (
	"net/http"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Refusal is the body of an answer whose status is not 200.
type Refusal struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// statuses are those of kinds of refusals. Each is of one kind, so that the client knows the kind again.
func statuses() map[apperr.Kind]int {
	return map[apperr.Kind]int{
		apperr.InvalidArgument: http.StatusBadRequest, apperr.NotFound: http.StatusNotFound, apperr.AlreadyExists: http.StatusConflict,
		apperr.FailedPrecondition: http.StatusPreconditionFailed, apperr.Aborted: http.StatusLocked,
		apperr.PermissionDenied: http.StatusForbidden, apperr.Unauthenticated: http.StatusUnauthorized,
		apperr.ResourceExhausted: http.StatusTooManyRequests, apperr.Unavailable: http.StatusServiceUnavailable,
	}
}

// Status is that of a kind of refusal.
func Status(k apperr.Kind) int {
	if status, ok := statuses()[k]; ok {
		return status
	}
	return http.StatusInternalServerError
}

func kindOf(status int) apperr.Kind {
	for kind, of := range statuses() {
		if of == status {
			return kind
		}
	}
	return apperr.Internal
}
