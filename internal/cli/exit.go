package cli

import "errors"

// exitError is an error with an exit code of its own; that of others is 1.
type exitError struct {
	error
	code int
}

// Unwrap returns the error itself.
func (e *exitError) Unwrap() error { return e.error }

// withExit gives err an exit code, if there is an error.
func withExit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{err, code}
}

// exitCode is the code that a program ends with.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	default:
		return 1
	}
}
