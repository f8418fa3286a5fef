package dkg

import "errors"

var (
	// ErrConfig says that a run cannot be as it is configured.
	ErrConfig = errors.New("dkg: the configuration does not hold together")
	// ErrPacket says that bytes are not a packet that a trustee of this run signed.
	ErrPacket = errors.New("dkg: not a packet of this run")
	// ErrFailed says that too few trustees took part honestly. Another run may do better.
	ErrFailed = errors.New("dkg: the run failed")
	// ErrExposed says that going on would publish a holder's whole share.
	ErrExposed = errors.New("dkg: a holder complains of so many dealers that its share would be public")
)
