package trustee

import (
	"errors"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Refusals that a caller can act on. Refusals of the ledger keep the ledger's reasons.
var (
	// ErrCapsulesRefused says that capsules are not of the request, or not on the ledger, or not whole.
	ErrCapsulesRefused = apperr.New(apperr.InvalidArgument, "CAPSULES_REFUSED", "the capsules are not those that the request permits to open")
	// ErrAnswersExhausted says that the request was answered as often as it says.
	ErrAnswersExhausted = apperr.New(apperr.ResourceExhausted, "ANSWERS_EXHAUSTED", "the request was answered as often as it permits")
	// ErrTagQuota says that a member's evaluations of the day are used up.
	ErrTagQuota = apperr.New(apperr.ResourceExhausted, "TAG_QUOTA_EXCEEDED", "the member's evaluations of this day are used up")
	// ErrNoShare says that the trustee has no share of the key now.
	ErrNoShare = apperr.New(apperr.Unavailable, "NO_SHARE", "the trustee has no share of this key")
	// ErrNotTrusted says that the caller's certificate is not of who may ask this.
	ErrNotTrusted = apperr.New(apperr.PermissionDenied, "CALLER_NOT_TRUSTED", "the certificate is not of a trustee or of the vault")
	// ErrNoSession says that no key is being made in that session here.
	ErrNoSession = apperr.New(apperr.NotFound, "SESSION_UNKNOWN", "no key is being made in this session here")
	// ErrMalformed says that a message is not one of the protocol.
	ErrMalformed = apperr.New(apperr.InvalidArgument, "MESSAGE_MALFORMED", "the message is not one of the trustees' protocol")
)

// ErrNotOnLedger is a Ledger's for a record that is not there.
var ErrNotOnLedger = errors.New("trustee: not on the ledger")
