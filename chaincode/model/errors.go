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

// Reasons for refusing a policy.
const (
	ReasonPolicyExists   Reason = "POLICY_EXISTS"    // the policy has a first version
	ReasonPolicyUnknown  Reason = "POLICY_UNKNOWN"   // there is no such policy here; transient
	ReasonPolicyCycle    Reason = "POLICY_CYCLE"     // a rule asks, through others, for itself
	ReasonPolicyTooDeep  Reason = "POLICY_TOO_DEEP"  // more policies behind each other than a rule may ask for
	ReasonPolicyTooLarge Reason = "POLICY_TOO_LARGE" // more identities in all than a rule may ask for
)

// Reasons for refusing what a policy or a signature must allow.
const (
	ReasonActionDenied     Reason = "ACTION_DENIED"      // no rule allows it to those who signed
	ReasonPurposeDenied    Reason = "PURPOSE_DENIED"     // the rule allows other purposes
	ReasonPolicyExpired    Reason = "POLICY_EXPIRED"     // only evolve and recover are left
	ReasonSignatureInvalid Reason = "SIGNATURE_INVALID"  // a signature does not verify, or is missing
	ReasonAccessKeyUnknown Reason = "ACCESS_KEY_UNKNOWN" // the member that signed has no access key; transient
)

// Reasons for refusing a request to read, or what belongs to one.
const (
	ReasonPolicyStale      Reason = "POLICY_VERSION_STALE" // the request does not name the latest version
	ReasonRequestExists    Reason = "REQUEST_EXISTS"       // the request is recorded
	ReasonRequestExpired   Reason = "REQUEST_EXPIRED"      // the request has expired, or lasts for too long
	ReasonRequestRevoked   Reason = "REQUEST_REVOKED"      // the request was revoked
	ReasonReaderUnproven   Reason = "READER_KEY_UNPROVEN"  // the reader does not prove to hold its encryption key
	ReasonConsentMismatch  Reason = "CONSENT_MISMATCH"     // the consent is for another request
	ReasonConsentExpired   Reason = "CONSENT_EXPIRED"      // the consent has expired
	ReasonConsentWithdrawn Reason = "CONSENT_WITHDRAWN"    // the consent was withdrawn
	ReasonQuotaExceeded    Reason = "QUOTA_EXCEEDED"       // the member's requests of the day are used up
	ReasonCapsuleExists    Reason = "CAPSULE_EXISTS"       // the capsule is registered
)

// Reasons for refusing what is of trustees.
const (
	ReasonTrusteeMember    Reason = "TRUSTEE_OF_ANOTHER"     // the trustee is another member's
	ReasonTrusteeUnknown   Reason = "TRUSTEE_UNKNOWN"        // there is no such trustee here; transient
	ReasonKeyNotProposed   Reason = "KEY_SET_NOT_PROPOSED"   // the consortium proposed no such key set
	ReasonKeySetNotNext    Reason = "KEY_SET_NOT_NEXT"       // the number or epoch is taken, or does not follow
	ReasonPublicKeyChanged Reason = "KEY_SET_OF_ANOTHER_KEY" // a new epoch keeps the public key
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
func (r Reason) Transient() bool {
	switch r {
	case ReasonPreviousUnknown, ReasonNotAMember, ReasonPolicyUnknown, ReasonAccessKeyUnknown, ReasonTrusteeUnknown:
		return true
	}
	return false
}

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
