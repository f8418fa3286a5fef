package registry

import "github.com/pcc-platform/pcc/internal/apperr"

// The refusals of this service. Each RPC's comment in proto/pcc/registry/v1 lists those it gives.
var (
	ErrPassportNotFound   = apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "there is no such passport")
	ErrVehicleUnknown     = apperr.New(apperr.FailedPrecondition, "VEHICLE_UNKNOWN", "the vault has bound no VIN to this vehicle")
	ErrAlreadyEnrolled    = apperr.New(apperr.AlreadyExists, "VEHICLE_ALREADY_ENROLLED", "the vehicle has a passport already")
	ErrETagMismatch       = apperr.New(apperr.Aborted, "ETAG_MISMATCH", "the passport was changed since it was read").WithField("etag")
	ErrStepNotAllowed     = apperr.New(apperr.FailedPrecondition, "TRANSITION_NOT_ALLOWED", "the vehicle's state does not permit this")
	ErrStepNotYours       = apperr.New(apperr.PermissionDenied, "TRANSITION_NOT_YOURS", "members of the caller's class do not make this step")
	ErrTransferPending    = apperr.New(apperr.FailedPrecondition, "TRANSFER_PENDING", "a change of holder is open already")
	ErrTransferNotFound   = apperr.New(apperr.NotFound, "TRANSFER_NOT_FOUND", "there is no such open change of holder")
	ErrTransferCodeWrong  = apperr.New(apperr.PermissionDenied, "TRANSFER_CODE_WRONG", "the acceptance code is wrong").WithField("acceptance_code")
	ErrTransferExpired    = apperr.New(apperr.FailedPrecondition, "TRANSFER_EXPIRED", "the change of holder was not accepted in time")
	ErrTransferLocked     = apperr.New(apperr.FailedPrecondition, "TRANSFER_LOCKED", "too many wrong codes; propose a new change of holder")
	ErrReportTooLarge     = apperr.New(apperr.FailedPrecondition, "REPORT_TOO_LARGE", "the passport has more events than a report holds")
	ErrReadVoided         = apperr.New(apperr.FailedPrecondition, "READ_VOIDED", "this read was given back; ask again with a new request id")
	ErrRecallNotYours     = apperr.New(apperr.PermissionDenied, "RECALL_NOT_YOURS", "only makers issue recalls")
	ErrRecallExists       = apperr.New(apperr.AlreadyExists, "RECALL_EXISTS", "the member has issued a recall of this campaign").WithField("campaign")
	ErrRecallNotFound     = apperr.New(apperr.NotFound, "RECALL_NOT_FOUND", "the caller's member has issued no such recall")
	ErrTokenNotFound      = apperr.New(apperr.NotFound, "DEVICE_TOKEN_NOT_FOUND", "the caller's member has issued no such token for this passport")
	ErrTooManyTokens      = apperr.New(apperr.FailedPrecondition, "DEVICE_TOKENS_EXHAUSTED", "too many tokens for this passport hold; withdraw some")
	ErrTooManyRevoked     = apperr.New(apperr.FailedPrecondition, "DEVICE_REVOCATIONS_EXHAUSTED", "the member has withdrawn too many tokens that have not expired")
	ErrBrokerUnavailable  = apperr.New(apperr.Unavailable, "BROKER_UNAVAILABLE", "the broker did not confirm; call again")
	ErrRoleGrantNotFound  = apperr.New(apperr.NotFound, "ROLE_GRANT_NOT_FOUND", "the principal does not have this role")
	ErrTooManyRoleGrants  = apperr.New(apperr.FailedPrecondition, "ROLE_GRANTS_EXHAUSTED", "the member's principals have as many roles as they can; revoke some")
	ErrLastAdministrator  = apperr.New(apperr.FailedPrecondition, "LAST_ADMINISTRATOR", "the member has no other administrator")
	ErrMemberNotFound     = apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "there is no such member")
	ErrMemberExists       = apperr.New(apperr.AlreadyExists, "MEMBER_EXISTS", "the member is in the directory already")
	ErrCertificateInvalid = apperr.New(apperr.InvalidArgument, "CA_CERTIFICATE_INVALID", "not a valid certificate authority").WithField("member.ca_certificates")
	ErrCertificateTaken   = apperr.New(apperr.AlreadyExists, "CA_CERTIFICATE_TAKEN", "the authority's key belongs to another member").WithField("member.ca_certificates")
)
