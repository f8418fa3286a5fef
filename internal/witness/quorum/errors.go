package quorum

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrTooFew says that fewer witnesses than needed have cosigned.
	ErrTooFew = errors.New("quorum: too few cosignatures")
	// ErrAhead says that a witness has cosigned a larger checkpoint than the one shown: an old one was sent, or the log has
	// lost leaves.
	ErrAhead = errors.New("quorum: the witness has cosigned a larger checkpoint")
	// ErrAnswer says that a witness answered what the protocol does not have, such as a cosignature that does not verify.
	ErrAnswer = errors.New("quorum: not an answer of a witness")
	// ErrAttempts says that all attempts were used up.
	ErrAttempts = errors.New("quorum: no answer after the last attempt")
)

// Failure says why a witness has not cosigned.
type Failure struct {
	Witness string
	Err     error
}

// TooFewError names the reason of each witness that has not cosigned. It wraps [ErrTooFew] and the reasons.
type TooFewError struct {
	Got, Need int
	Failures  []Failure // by name of the witness
}

func (e *TooFewError) Error() string {
	reasons := make([]string, len(e.Failures))
	for i, f := range e.Failures {
		reasons[i] = f.Witness + ": " + f.Err.Error()
	}
	return fmt.Sprintf("%v: %d, want %d; %s", ErrTooFew, e.Got, e.Need, strings.Join(reasons, "; "))
}

// Unwrap returns [ErrTooFew] and the reasons.
func (e *TooFewError) Unwrap() []error {
	out := []error{ErrTooFew}
	for _, f := range e.Failures {
		out = append(out, f.Err)
	}
	return out
}
