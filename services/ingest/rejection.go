package ingest

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Reason says why an event is refused; the values are part of the API.
type Reason string

// The reasons, see Rejection in the proto.
const (
	ReasonEventMalformed      Reason = "EVENT_MALFORMED"
	ReasonEventTooLarge       Reason = "EVENT_TOO_LARGE"
	ReasonEventIDInvalid      Reason = "EVENT_ID_INVALID"
	ReasonEventIDReused       Reason = "EVENT_ID_REUSED"
	ReasonIDRevealsVehicle    Reason = "ID_REVEALS_VEHICLE"
	ReasonSourceForeign       Reason = "SOURCE_FOREIGN"
	ReasonTypeUnknown         Reason = "TYPE_UNKNOWN"
	ReasonTypeMismatch        Reason = "TYPE_MISMATCH"
	ReasonSubjectInvalid      Reason = "SUBJECT_INVALID"
	ReasonPassportUnknown     Reason = "PASSPORT_UNKNOWN"
	ReasonTimeMissing         Reason = "TIME_MISSING"
	ReasonTimeInFuture        Reason = "TIME_IN_FUTURE"
	ReasonTimeBefore1886      Reason = "TIME_BEFORE_1886"
	ReasonUnitUnknown         Reason = "UNIT_UNKNOWN"
	ReasonProvenanceUnknown   Reason = "PROVENANCE_UNKNOWN"
	ReasonOdometerMissing     Reason = "ODOMETER_MISSING"
	ReasonOdometerMalformed   Reason = "ODOMETER_MALFORMED"
	ReasonOdometerNegative    Reason = "ODOMETER_NEGATIVE"
	ReasonOdometerAbsurd      Reason = "ODOMETER_ABSURD"
	ReasonFieldInvalid        Reason = "FIELD_INVALID"
	ReasonConfidentialInClear Reason = "CONFIDENTIAL_IN_CLEAR"
	ReasonSignatureMissing    Reason = "SIGNATURE_MISSING"
	ReasonSignatureInvalid    Reason = "SIGNATURE_INVALID"
	ReasonKeyUnknown          Reason = "KEY_UNKNOWN"
	ReasonKeyRevoked          Reason = "KEY_REVOKED"
)

// Fault is what is wrong with an event.
type Fault struct {
	Reason Reason
	// Field is the path of the field at fault in the CloudEvent, for example "data.odometer.raw_unit".
	Field string
	// Detail is one sentence for people. It never repeats the event's values, which may be anything.
	Detail string
}

// NewFault makes a Fault.
func NewFault(reason Reason, field, format string, args ...any) *Fault {
	return &Fault{Reason: reason, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// Rejection is a refused event of a batch.
type Rejection struct {
	// Index is the event's place in its batch, from 0.
	Index int
	// Source and EventID are the event's own, cut to their bounds: a refused event may carry anything.
	Source, EventID string
	Fault
}

// Acknowledgement is the outcome of a batch: Accepted + Duplicates + len(Rejections) are the events sent.
type Acknowledgement struct {
	// Accepted events are on disk.
	Accepted int
	// Duplicates were accepted before, with the same content.
	Duplicates int
	// Rejections are in the order of the batch.
	Rejections []Rejection
	// Receipt is the sealed receipt of the events that were not refused; nil when there are none, or the platform gives none.
	Receipt []byte
}

// cut makes text that anybody may have sent fit to be stored and shown: at most limit bytes, of valid UTF-8, without
// NUL, which PostgreSQL does not store.
func cut(text string, limit int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
