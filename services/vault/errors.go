package vault

import (
	"errors"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// The vault's errors. None of them says what was asked.
var (
	ErrVINLength       = apperr.New(apperr.InvalidArgument, "VIN_LENGTH", "a VIN has 17 characters").WithField("vin")
	ErrVINAlphabet     = apperr.New(apperr.InvalidArgument, "VIN_ALPHABET", "a VIN has digits and letters without I, O and Q").WithField("vin")
	ErrRangeInvalid    = apperr.New(apperr.InvalidArgument, "VIN_RANGE_INVALID", "not a range of VINs, or the end of VINs without a maker's identifier")
	ErrVehicleNotFound = apperr.New(apperr.NotFound, "VEHICLE_NOT_FOUND", "no vehicle is bound to this VIN")
	ErrHolderNotFound  = apperr.New(apperr.NotFound, "HOLDER_NOT_FOUND", "no such holder")
	// Refusals at the desk of data subjects.
	ErrRequestNotFound  = apperr.New(apperr.NotFound, "SUBJECT_REQUEST_NOT_FOUND", "no such request")
	ErrRequestEnded     = apperr.New(apperr.FailedPrecondition, "SUBJECT_REQUEST_ENDED", "the request was completed or refused")
	ErrWrongKind        = apperr.New(apperr.FailedPrecondition, "WRONG_KIND", "the request is of another kind")
	ErrAlreadyExtended  = apperr.New(apperr.FailedPrecondition, "ALREADY_EXTENDED", "the request was extended before")
	ErrTooLate          = apperr.New(apperr.FailedPrecondition, "TOO_LATE", "the first month is over")
	ErrErasureUnderWay  = apperr.New(apperr.FailedPrecondition, "ERASURE_UNDER_WAY", "an erasure that has begun can only be completed")
	ErrNotLatestHolder  = apperr.New(apperr.FailedPrecondition, "NOT_LATEST_HOLDER", "another holder of the vehicle was registered later")
	ErrRestricted       = apperr.New(apperr.FailedPrecondition, "PROCESSING_RESTRICTED", "at the person's request these data are stored and not processed")
	ErrProofOfAnother   = apperr.New(apperr.InvalidArgument, "PROOF_OF_ANOTHER_VEHICLE", "not a proof document of the holder's vehicle").WithField("proof_document")
	ErrConsentNotFound  = apperr.New(apperr.NotFound, "CONSENT_NOT_FOUND", "no such consent")
	ErrConsentExists    = apperr.New(apperr.AlreadyExists, "CONSENT_EXISTS", "this consent is on record")
	ErrStoreUnavailable = apperr.New(apperr.Unavailable, "STORE_UNAVAILABLE", "a store did not give its receipt; repeat the call")
	// ErrShredded says that a row's own key was destroyed; it reaches no caller.
	ErrShredded = errors.New("vault: the key was destroyed")
	// ErrClassKeyNotFound says that a half was destroyed, or that nothing was ever written under it: nobody can tell which.
	ErrClassKeyNotFound = apperr.New(apperr.NotFound, "CLASS_KEY_NOT_FOUND", "the key was destroyed, or there never was one")
	// ErrReaderKey refuses a key that nothing can be sealed to.
	ErrReaderKey = apperr.InvalidField("recipient.public_key", "not a key of its kind")
	// ErrVehicleUnknown refuses a holder for a handle that nobody bound.
	ErrVehicleUnknown = apperr.InvalidField("vehicle", "no such vehicle")
)
