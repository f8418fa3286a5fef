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
	// ReasonNoteMalformed: the index's note is no signed checkpoint.
	ReasonNoteMalformed Reason = "NOTE_MALFORMED"
	// ReasonOtherLog: the note is of another log than the trust list's, or not signed by it.
	ReasonOtherLog Reason = "OTHER_LOG"
	// ReasonNoteSignatureInvalid: a signature under the note that names a key of the trust list is not that key's.
	ReasonNoteSignatureInvalid Reason = "NOTE_SIGNATURE_INVALID"
	// ReasonTooFewCosignatures: fewer trusted witnesses than demanded have cosigned the note.
	ReasonTooFewCosignatures Reason = "TOO_FEW_COSIGNATURES"
	// ReasonRecordNotIndexed: the epoch record is not at its place in the log of the note.
	ReasonRecordNotIndexed Reason = "RECORD_NOT_INDEXED"
	// ReasonClassesIncomplete: the lists are not those of all classes in their order.
	ReasonClassesIncomplete Reason = "CLASSES_INCOMPLETE"
	// ReasonListNotInMap: a list is not the one that the map of the epoch has for this vehicle and class: an event was
	// dropped, added, replaced or moved, or the list is another vehicle's or of another epoch.
	ReasonListNotInMap Reason = "LIST_NOT_IN_MAP"
	// ReasonEventDuplicate: the same event occurs twice.
	ReasonEventDuplicate Reason = "EVENT_DUPLICATE"
	// ReasonLeafMalformed: a leaf is no frame, its payload cannot be decoded, or its event is of no class.
	ReasonLeafMalformed Reason = "LEAF_MALFORMED"
	// ReasonOtherPassport: an event belongs to another passport.
	ReasonOtherPassport Reason = "OTHER_PASSPORT"
	// ReasonOtherClass: an event of another class was journaled in the list.
	ReasonOtherClass Reason = "OTHER_CLASS"
	// ReasonStatementMismatch: statements are out of order, repeated, missing or not used.
	ReasonStatementMismatch Reason = "STATEMENT_MISMATCH"
	// ReasonNotInStream: an event is not where its position says.
	ReasonNotInStream Reason = "NOT_IN_STREAM"
	// ReasonViewMismatch: what is shown of an event is not what was journaled.
	ReasonViewMismatch Reason = "VIEW_MISMATCH"
	// ReasonTagProofMissing: the document does not show whose tag it is (package verify/vintag).
	ReasonTagProofMissing Reason = "TAG_PROOF_MISSING"
	// ReasonOtherVehicle: the tag is not that of the VIN (package verify/vintag).
	ReasonOtherVehicle Reason = "OTHER_VEHICLE"
	// ReasonSignatureInvalid: the signature shown with an event is not the one that its leaf names, or does not cover it; or
	// it names a key of the trust list and is not that key's (package verify/signatures).
	ReasonSignatureInvalid Reason = "SIGNATURE_INVALID"
)

// Error is a refusal.
type Error struct {
	Reason Reason
	// At is the place in the document, such as "lists[0].entries[3].leaf".
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

func malformed(at, format string, args ...any) error {
	return refuse(ReasonDocumentMalformed, at, format, args...)
}

func refuse(reason Reason, at, format string, args ...any) error {
	return &Error{Reason: reason, At: at, Err: fmt.Errorf(format, args...)}
}
