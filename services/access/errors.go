package access

import (
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/apperr"
)

// The service's errors.
var (
	ErrPassportNotFound  = apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "no such passport")
	ErrPolicyNotFound    = apperr.New(apperr.NotFound, "POLICY_NOT_FOUND", "the passport has no such policy")
	ErrPolicyExists      = apperr.New(apperr.AlreadyExists, "POLICY_EXISTS", "the ownership period has a policy: evolve it")
	ErrNotTheSteward     = apperr.New(apperr.PermissionDenied, "NOT_THE_STEWARD", "another member serves the holder")
	ErrNotTheReader      = apperr.New(apperr.PermissionDenied, "NOT_THE_READER", "the request is another member's")
	ErrConsentNotFound   = apperr.New(apperr.NotFound, "CONSENT_NOT_FOUND", "no such consent")
	ErrRequestNotFound   = apperr.New(apperr.NotFound, "READ_REQUEST_NOT_FOUND", "no such request to read")
	ErrRecordNotFound    = apperr.New(apperr.NotFound, "RECORD_NOT_FOUND", "the ledger has no such record")
	ErrRecordMalformed   = apperr.New(apperr.InvalidArgument, "RECORD_MALFORMED", "not the canonical text of such a record, or of another one")
	ErrVersionStale      = apperr.New(apperr.Aborted, "POLICY_VERSION_STALE", "the policy has another latest version")
	ErrDelegationRefused = apperr.New(apperr.FailedPrecondition, "DELEGATION_REFUSED",
		"a policy that a rule asks for is not there, asks back, or is one too many")
	ErrActionDenied      = apperr.New(apperr.PermissionDenied, "ACTION_DENIED", "no rule of the policy allows it to those who signed")
	ErrPurposeDenied     = apperr.New(apperr.PermissionDenied, "PURPOSE_DENIED", "the policy's rule allows other purposes")
	ErrPolicyExpired     = apperr.New(apperr.FailedPrecondition, "POLICY_EXPIRED", "the policy has expired")
	ErrSignatureInvalid  = apperr.New(apperr.PermissionDenied, "SIGNATURE_INVALID", "a signature does not verify, or one that must be there is missing")
	ErrAccessKeyUnknown  = apperr.New(apperr.FailedPrecondition, "ACCESS_KEY_UNKNOWN", "a member that signed has no access key on the ledger")
	ErrSignerNotActive   = apperr.New(apperr.FailedPrecondition, "SIGNER_NOT_ACTIVE", "a member that signed, or reads, is not active on the ledger")
	ErrRequestExpired    = apperr.New(apperr.FailedPrecondition, "READ_REQUEST_EXPIRED", "the request has expired, or would last for more than 90 days")
	ErrRequestRevoked    = apperr.New(apperr.FailedPrecondition, "READ_REQUEST_REVOKED", "the request was revoked")
	ErrReaderKeyUnproven = apperr.New(apperr.InvalidArgument, "READER_KEY_UNPROVEN", "the proof does not show that the caller holds the request's key")
	ErrConsentMismatch   = apperr.New(apperr.FailedPrecondition, "CONSENT_MISMATCH", "a consent is for another policy, reader, class or purpose")
	ErrConsentExpired    = apperr.New(apperr.FailedPrecondition, "CONSENT_EXPIRED", "a consent has expired")
	ErrConsentWithdrawn  = apperr.New(apperr.FailedPrecondition, "CONSENT_WITHDRAWN", "a consent was withdrawn")
	ErrQuotaExceeded     = apperr.New(apperr.ResourceExhausted, "READ_QUOTA_EXCEEDED", "the member's requests of the day are used up")
	ErrNoCollectiveKey   = apperr.New(apperr.FailedPrecondition, "NO_COLLECTIVE_KEY", "the trustees have made no key yet")
	ErrCapsuleInvalid    = apperr.New(apperr.InvalidArgument, "CAPSULE_INVALID", "not a capsule of the caller for this passport").WithField("capsule")
	ErrNothingSealed     = apperr.New(apperr.NotFound, "NOTHING_SEALED", "nothing is sealed under this policy in this class, or not on the ledger yet")
	ErrLedgerUnavailable = apperr.New(apperr.Unavailable, "LEDGER_UNAVAILABLE", "the ledger cannot be reached")
)

// refusal turns a refusal of the ledger, or of its rules applied here, into the error that callers see. Another error stays.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if e := meaning(model.ReasonOf(err)); e != nil {
		return e.Wrap(err)
	}
	return err
}

func meaning(reason model.Reason) *apperr.Error {
	switch reason {
	case model.ReasonMalformed:
		return ErrRecordMalformed
	case model.ReasonNotFound:
		return ErrRecordNotFound
	case model.ReasonPolicyExists:
		return ErrPolicyExists
	case model.ReasonVersionNotNext, model.ReasonPreviousMismatch, model.ReasonPolicyStale:
		return ErrVersionStale
	case model.ReasonPolicyUnknown, model.ReasonPolicyCycle, model.ReasonPolicyTooDeep, model.ReasonPolicyTooLarge:
		return ErrDelegationRefused
	case model.ReasonNotActive:
		return ErrSignerNotActive
	case model.ReasonAccessKeyUnknown:
		return ErrAccessKeyUnknown
	case model.ReasonQuotaExceeded:
		return ErrQuotaExceeded
	}
	return denial(reason)
}

func denial(reason model.Reason) *apperr.Error {
	switch reason {
	case model.ReasonActionDenied:
		return ErrActionDenied
	case model.ReasonPurposeDenied:
		return ErrPurposeDenied
	case model.ReasonPolicyExpired:
		return ErrPolicyExpired
	case model.ReasonSignatureInvalid:
		return ErrSignatureInvalid
	case model.ReasonRequestExpired:
		return ErrRequestExpired
	case model.ReasonRequestRevoked:
		return ErrRequestRevoked
	case model.ReasonReaderUnproven:
		return ErrReaderKeyUnproven
	case model.ReasonConsentMismatch:
		return ErrConsentMismatch
	case model.ReasonConsentExpired:
		return ErrConsentExpired
	case model.ReasonConsentWithdrawn:
		return ErrConsentWithdrawn
	}
	return nil
}
