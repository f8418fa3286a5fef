package witness

import (
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that a request is not by the protocol.
	ErrMalformed = errors.New("witness: malformed request")
	// ErrUnknownLog says that this witness does not follow the log of a checkpoint.
	ErrUnknownLog = errors.New("witness: unknown log")
	// ErrSignature says that no key of the log has validly signed a checkpoint.
	ErrSignature = errors.New("witness: not signed by the log")
	// ErrInconsistent says that a checkpoint was not shown to extend the one that was cosigned last.
	ErrInconsistent = errors.New("witness: not consistent with the last cosigned checkpoint")
	// ErrRefused is what [Options.Approve] wraps when it has examined a checkpoint and found it wrong. Its text is told to
	// the log.
	ErrRefused = errors.New("witness: examined and refused")
	// ErrUnavailable says that a checkpoint could not be examined or stored now.
	ErrUnavailable = errors.New("witness: cannot cosign now")
)

// ConflictError says that a request assumed another last size than the witness's.
type ConflictError struct {
	// Size is that of the last checkpoint cosigned, zero if there is none.
	Size uint64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("witness: the last cosigned checkpoint has %d leaves", e.Size)
}

// EquivocationError says that a log has signed two histories. It wraps the error by which the checkpoint is refused.
type EquivocationError struct {
	// ID names the evidence.
	ID string
	// Kept says whether the witness has it; it keeps [MaxEvidence] a log.
	Kept bool

	refusal error
}

func (e *EquivocationError) Error() string {
	return fmt.Sprintf("witness: the log has signed two histories, evidence %s: %v", e.ID, e.refusal)
}

func (e *EquivocationError) Unwrap() error { return e.refusal }
