package settlement

import "github.com/pcc-platform/pcc/internal/apperr"

// What callers of the ledger can meet; each is documented at the RPCs that return it.
var (
	ErrAmountInvalid  = apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "an amount is a positive decimal with up to 14 digits and 4 places").WithField("amount")
	ErrAmountOverflow = apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "the sum exceeds what an account can hold").WithField("amount")

	ErrContributionInvalid = apperr.InvalidField("contributions", "a contribution names a field and has a quality of 0 to 100")

	ErrMemberNotFound  = apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "the member has no accounts")
	ErrAccountNotFound = apperr.New(apperr.NotFound, "ACCOUNT_NOT_FOUND", "no such account of the caller's member")
	ErrReadNotFound    = apperr.New(apperr.NotFound, "READ_NOT_FOUND", "no such paid read")
	ErrProductUnknown  = apperr.New(apperr.NotFound, "PRODUCT_UNKNOWN", "the product is not on the price list").WithField("product")

	ErrReceiptExists   = apperr.New(apperr.AlreadyExists, "RECEIPT_EXISTS", "this bank reference was recorded with other content").WithField("bank_reference")
	ErrRequestIDReused = apperr.New(apperr.AlreadyExists, "REQUEST_ID_REUSED", "this request id was used with other content").WithField("request_id")

	ErrInsufficientFunds = apperr.New(apperr.FailedPrecondition, "INSUFFICIENT_FUNDS", "the available balance is lower than the price")
	ErrPriceAboveMaximum = apperr.New(apperr.FailedPrecondition, "PRICE_ABOVE_MAXIMUM", "the price is above the caller's maximum").WithField("max_price")
	ErrReadVoided        = apperr.New(apperr.FailedPrecondition, "READ_VOIDED", "the read was voided")
	ErrReadCaptured      = apperr.New(apperr.FailedPrecondition, "READ_CAPTURED", "the read was paid")
)
