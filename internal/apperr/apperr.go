// Package apperr is the one error type that crosses layers and services.
//
// An Error has a Kind, which decides the transport's status, and a Reason in UPPER_SNAKE, which programs act on and
// which is documented at the RPC that returns it. Domain packages create errors here; internal/rpc maps them to gRPC
// status with google.rpc.ErrorInfo and back, so that a reason survives every hop. Any other error is internal: it is
// logged once where it meets the edge and reaches the caller as INTERNAL without its text.
package apperr

import (
	"errors"
	"fmt"
	"time"
)

// Kind groups reasons by what the caller can do about them.
type Kind uint8

// The kinds, each with the gRPC code that internal/rpc gives it.
const (
	Internal           Kind = iota // INTERNAL: a fault of the platform
	InvalidArgument                // INVALID_ARGUMENT: the request can never succeed as it is
	NotFound                       // NOT_FOUND: absent, or not visible to the caller
	AlreadyExists                  // ALREADY_EXISTS
	FailedPrecondition             // FAILED_PRECONDITION: not in this state of the world
	Aborted                        // ABORTED: a concurrent change won; read again and retry
	PermissionDenied               // PERMISSION_DENIED
	Unauthenticated                // UNAUTHENTICATED
	ResourceExhausted              // RESOURCE_EXHAUSTED: retry after RetryAfter
	Unavailable                    // UNAVAILABLE: a part is down; retry
)

// Error is a failure that a caller can understand.
type Error struct {
	Kind    Kind
	Reason  string // UPPER_SNAKE, stable, documented at the RPC
	Field   string // path of the request field at fault; empty when none is
	Message string // one sentence for people, free of personal data
	// RetryAfter is how long to wait before a retry; zero when the kind says nothing about it.
	RetryAfter time.Duration

	cause error
}

// New makes an Error. The format must not receive personal data: messages are logged and leave the platform.
func New(kind Kind, reason, format string, args ...any) *Error {
	return &Error{Kind: kind, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// WithField returns a copy of e that names the field at fault.
func (e *Error) WithField(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// WithRetryAfter returns a copy of e that says when to retry.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Wrap returns a copy of e with its cause, which is logged and never shown to the caller.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error returns the message with its reason, and the cause when there is one.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Reason, e.Message, e.cause)
	}
	return e.Reason + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an Error of the same reason, so that errors.Is works with a sentinel made by New.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Reason == e.Reason
}

// As returns err's Error, or nil when err holds none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// ReasonOf returns the reason of err, or "" when it is not an Error.
func ReasonOf(err error) string {
	if e := As(err); e != nil {
		return e.Reason
	}
	return ""
}

// InvalidField is the error of a field that breaks the rule its proto states.
func InvalidField(field, format string, args ...any) *Error {
	return New(InvalidArgument, "INVALID_FIELD", format, args...).WithField(field)
}
