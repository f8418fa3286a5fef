package journal

import "errors"

var (
	// ErrInvalid says that the caller's arguments break a documented limit:
	// stream name, batch, page or range. The same call never succeeds.
	ErrInvalid = errors.New("journal: invalid argument")
	// ErrMalformedLeaf says that a leaf is not a frame, see [Frame].
	ErrMalformedLeaf = errors.New("journal: malformed leaf")
	// ErrNotFound says that a stream, checkpoint or entry does not exist.
	ErrNotFound = errors.New("journal: not found")
	// ErrConflict says that another transaction has appended to the stream
	// outside this transaction's snapshot. It happens only above READ COMMITTED
	// isolation; the transaction must be rolled back and may be tried again.
	ErrConflict = errors.New("journal: concurrent append")
	// ErrCorrupt says that stored tiles, entries and checkpoints contradict each
	// other. Nothing is written and no proof is given; an operator must look.
	ErrCorrupt = errors.New("journal: stored tree contradicts its checkpoint")
)
