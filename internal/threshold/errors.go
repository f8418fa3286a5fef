package threshold

import (
	"errors"
	"fmt"
)

var (
	// ErrEncoding says that bytes are not the one encoding of what they should be.
	ErrEncoding = errors.New("threshold: not a canonical encoding")
	// ErrKeySet says that a set of keys is no sharing of its public key, or a share not one of the set.
	ErrKeySet = errors.New("threshold: the key set does not hold together")
	// ErrCapsule says that a capsule was not made for its label by who knew its secret.
	ErrCapsule = errors.New("threshold: the capsule's proof does not hold for its label")
	// ErrProof says that a trustee's answer was not computed with its share, or not for this question.
	ErrProof = errors.New("threshold: the answer's proof does not hold")
	// ErrBatch says that a batch is empty, too large, or not of the size of the question.
	ErrBatch = errors.New("threshold: wrong size of batch")
	// ErrTooFew says that fewer distinct trustees answered one question under one key set than the threshold.
	ErrTooFew = errors.New("threshold: too few answers to one question")
)

// ShareError attributes a bad answer to the trustee that gave it.
type ShareError struct {
	// Index is the trustee's in the key set.
	Index int
	// Err wraps ErrProof, ErrBatch, ErrEncoding or, when the set knows no such trustee, ErrKeySet.
	Err error
}

func (e *ShareError) Error() string { return fmt.Sprintf("trustee %d: %v", e.Index, e.Err) }

// Unwrap returns the cause.
func (e *ShareError) Unwrap() error { return e.Err }
