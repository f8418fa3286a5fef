package signing

import "errors"

// Errors of this package; each is wrapped with what is wrong.
var (
	// ErrMalformed says that bytes are not a statement, an enrolment or a path in its one encoding.
	ErrMalformed = errors.New("signing: malformed")
	// ErrKey says that a key is of a kind that is not used here, or too weak to sign with.
	ErrKey = errors.New("signing: unusable key")
	// ErrSignature says that a signature is not the key's.
	ErrSignature = errors.New("signing: the signature does not hold")
	// ErrNotIncluded says that an event is not the one that a statement covers at an index.
	ErrNotIncluded = errors.New("signing: the event is not in the statement")
	// ErrGap says that statements are missing before one.
	ErrGap = errors.New("signing: statements are missing")
	// ErrFork says that a statement contradicts those before it.
	ErrFork = errors.New("signing: the statement contradicts an earlier one")
)
