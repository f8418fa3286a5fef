package verify

import (
	"errors"
	"fmt"
)

// Reason names the rule that a document breaks. Reasons are stable.
type Reason string

// Reasons of refusal.
const (
	// ReasonTrustMalformed: the trust list, not the document, cannot be used.
	ReasonTrustMalformed Reason = "TRUST_MALFORMED"
	// ReasonDocumentMalformed: not a document of this schema in its one encoding.
	ReasonDocumentMalformed Reason = "DOCUMENT_MALFORMED"
	// ReasonSchemaUnknown: a document of another schema or version.
	ReasonSchemaUnknown Reason = "SCHEMA_UNKNOWN"
	// ReasonEpochMalformed: the epoch record is not in canonical form.
	ReasonEpochMalformed Reason = "EPOCH_MALFORMED"
	// ReasonChannelMismatch: the document names another channel than the trust list.
	ReasonChannelMismatch Reason = "CHANNEL_MISMATCH"
	// ReasonChaincodeMismatch: named or endorsed by another chaincode than the trust list's.
	ReasonChaincodeMismatch Reason = "CHAINCODE_MISMATCH"
	// ReasonEndorsementInvalid: signature, certificate or signed bytes do not hold.
	ReasonEndorsementInvalid Reason = "ENDORSEMENT_INVALID"
	// ReasonEndorsementOfOther: a valid endorsement of another record.
	ReasonEndorsementOfOther Reason = "ENDORSEMENT_OF_OTHER_RECORD"
	// ReasonTooFewEndorsements: fewer trusted organisations than demanded.
	ReasonTooFewEndorsements Reason = "TOO_FEW_ENDORSEMENTS"
	// ReasonGeneratedTooEarly: the document says it is older than its epoch.
	ReasonGeneratedTooEarly Reason = "GENERATED_BEFORE_EPOCH"
	// ReasonStreamNotInEpoch: a stream's size or root is not the endorsed one.
	ReasonStreamNotInEpoch Reason = "STREAM_NOT_IN_EPOCH"
	// ReasonStreamOrder: streams are repeated, out of order or without events.
	ReasonStreamOrder Reason = "STREAM_ORDER"
	// ReasonStreamUnknown: an event names a stream that the document does not list.
	ReasonStreamUnknown Reason = "STREAM_UNKNOWN"
	// ReasonEventDuplicate: the same entry of a stream occurs twice.
	ReasonEventDuplicate Reason = "EVENT_DUPLICATE"
	// ReasonEventOrder: events are out of order.
	ReasonEventOrder Reason = "EVENT_ORDER"
	// ReasonLeafMalformed: a leaf is no frame, its payload cannot be decoded, or its event is of no class.
	ReasonLeafMalformed Reason = "LEAF_MALFORMED"
	// ReasonLeafNotIncluded: a leaf is not in its stream's tree at its number, as an event of this vehicle and of its class.
	ReasonLeafNotIncluded Reason = "LEAF_NOT_INCLUDED"
	// ReasonOtherPassport: an event belongs to another passport.
	ReasonOtherPassport Reason = "OTHER_PASSPORT"
	// ReasonViewMismatch: what is shown of an event is not what was journaled.
	ReasonViewMismatch Reason = "VIEW_MISMATCH"
	// ReasonSignatureInvalid: the signature shown with an event is not the one that its leaf names, or does not cover it; or
	// it names a key of the trust list and is not that key's (package verify/signatures).
	ReasonSignatureInvalid Reason = "SIGNATURE_INVALID"
)

// Error is a refusal.
type Error struct {
	Reason Reason
	// At is the place in the document, such as "events[3].leaf".
	At string
	// Err holds the detail.
	Err error
}

// Error returns reason, place and detail.
func (e *Error) Error() string {
	return fmt.Sprintf("verify: %s at %s: %v", e.Reason, e.At, e.Err)
}

// Unwrap returns the detail.
func (e *Error) Unwrap() error { return e.Err }

// ReasonOf returns the reason of a refusal, or "" for other errors.
func ReasonOf(err error) Reason {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Reason
	}
	return ""
}

func refuse(reason Reason, at, format string, args ...any) error {
	return &Error{Reason: reason, At: at, Err: fmt.Errorf(format, args...)}
}
