package model

import (
	"errors"
	"fmt"
)

// Reason names a rule that a record broke. Reasons are stable: clients act on
// them, and messages returned by the chaincode start with them.
type Reason string

// Reasons for refusing an epoch.
const (
	ReasonEpochNotNext    Reason = "EPOCH_NOT_NEXT"         // the number is taken, or is not the previous one plus one
	ReasonStreamShrank    Reason = "STREAM_SHRANK"          // a stream has fewer entries than before
	ReasonStreamMissing   Reason = "STREAM_VANISHED"        // a stream of the previous epoch is absent
	ReasonStreamForked    Reason = "STREAM_FORKED"          // same size as before, other root
	ReasonTimeReversed    Reason = "TIME_REVERSED"          // the epoch is older than the one before it
	ReasonMapShrank       Reason = "MAP_SHRANK"             // the map has fewer keys than before
	ReasonMapForked       Reason = "MAP_FORKED"             // the map changed without a new entry, or its root has other keys
	ReasonClockSkew       Reason = "CLOCK_SKEW"             // record time is later than transaction time by more than MaxSkew
	ReasonTooLate         Reason = "EPOCH_TOO_LATE"         // record time is earlier than transaction time by more than MaxDelay
	ReasonPreviousUnknown Reason = "PREVIOUS_EPOCH_UNKNOWN" // no epoch before this one here; transient
)

// Reasons for refusing an epoch's note.
const (
	ReasonNoteMalformed      Reason = "NOTE_MALFORMED"       // the text is not a signed note of a checkpoint
	ReasonIndexMismatch      Reason = "INDEX_MISMATCH"       // the checkpoint's origin, size or root is not that of the index
	ReasonCosignatureInvalid Reason = "COSIGNATURE_INVALID"  // a line of a witness's key does not verify
	ReasonTooFewCosignatures Reason = "TOO_FEW_COSIGNATURES" // fewer witnesses than the quorum cosigned in time
)

// Reasons for refusing a member record.
const (
	ReasonVersionNotNext  Reason = "VERSION_NOT_NEXT"        // the version is not the previous one plus one
	ReasonIdentityChanged Reason = "MEMBER_IDENTITY_CHANGED" // id, MSP id or class differ from the version before
	ReasonMemberLeft      Reason = "MEMBER_LEFT"             // a member that left stays left
	ReasonNotActive       Reason = "MEMBER_NOT_ACTIVE"       // the submitter is suspended, or a new member is not active
	ReasonNotPermitted    Reason = "NOT_PERMITTED"           // the submitter may not make this change
	ReasonMemberExists    Reason = "MEMBER_EXISTS"           // the id is registered
	ReasonMSPTaken        Reason = "MSP_TAKEN"               // the MSP belongs to a registered member
	ReasonWitnessKeyTaken Reason = "WITNESS_KEY_TAKEN"       // the public key is, or was, another member's witness key
	ReasonWitnessesFull   Reason = "TOO_MANY_WITNESSES"      // MaxWitnesses members are witnesses
)

// Reasons common to all records.
const (
	ReasonMalformed        Reason = "MALFORMED_RECORD"       // the text is not a canonical record
	ReasonPreviousMismatch Reason = "PREVIOUS_HASH_MISMATCH" // the record does not name its predecessor's hash
	ReasonNotFound         Reason = "RECORD_NOT_FOUND"       // a read names a record that is not there
	ReasonNotAMember       Reason = "NOT_A_MEMBER"           // no member has the submitter's MSP; transient
)

// Transient reports whether a refusal may pass by itself, because the peer that
// refused may be a block behind the one that answered before.
func (r Reason) Transient() bool { return r == ReasonPreviousUnknown || r == ReasonNotAMember }

// Error is a broken rule: a stable reason and a detail for people. Details hold
// record numbers and stream names, never record content.
type Error struct {
	Reason Reason
	Detail string
}

// Errorf returns an *Error with a formatted detail.
func Errorf(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Error returns "REASON: detail", the form in which Fabric carries it to clients.
func (e *Error) Error() string { return string(e.Reason) + ": " + e.Detail }

// ReasonOf returns the reason of the first *Error in err's chain, or "" if none.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}
