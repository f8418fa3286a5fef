package settlement

import (
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// What callers of the ledger can meet; each is documented at the RPCs that return it.
var (
	ErrAmountInvalid  = apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "an amount is a positive decimal with up to 14 digits and 4 places").WithField("amount")
	ErrAmountOverflow = apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "the sum exceeds what an account can hold").WithField("amount")

	ErrContributionInvalid = apperr.InvalidField("contributions", "a contribution names a field and has a quality of 0 to 100")

	ErrMemberNotFound  = apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "the member has no accounts")
	ErrAccountNotFound = apperr.New(apperr.NotFound, "ACCOUNT_NOT_FOUND", "no such account of the caller's member")
	ErrCycleNotFound   = apperr.New(apperr.NotFound, "CYCLE_NOT_FOUND", "no such closed cycle").WithField("name")
	ErrPeriodNotFound  = apperr.New(apperr.NotFound, "PERIOD_NOT_FOUND", "no such closed period").WithField("name")
	ErrEntryNotFound   = apperr.New(apperr.NotFound, "ENTRY_NOT_FOUND", "no imported bank statement has such an entry").WithField("reference")
	ErrBatchNotFound   = apperr.New(apperr.NotFound, "BATCH_NOT_FOUND", "no payouts were exported by such a message").WithField("Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId")
	ErrPayoutNotFound  = apperr.New(apperr.NotFound, "PAYOUT_NOT_FOUND", "no such payout, or not the caller's")
	ErrReadNotFound    = apperr.New(apperr.NotFound, "READ_NOT_FOUND", "no such paid read")
	ErrProductUnknown  = apperr.New(apperr.NotFound, "PRODUCT_UNKNOWN", "the product is not on the price list").WithField("product")

	ErrQuoteNotFound = apperr.New(apperr.NotFound, "QUOTE_NOT_FOUND", "no such quote of the payer for the product").WithField("quote")

	ErrReceiptExists   = apperr.New(apperr.AlreadyExists, "RECEIPT_EXISTS", "this bank reference was recorded with other content").WithField("bank_reference")
	ErrRequestIDReused = apperr.New(apperr.AlreadyExists, "REQUEST_ID_REUSED", "this request id was used with other content").WithField("request_id")

	ErrInsufficientFunds = apperr.New(apperr.FailedPrecondition, "INSUFFICIENT_FUNDS", "the available balance is lower than the price")
	ErrPriceAboveMaximum = apperr.New(apperr.FailedPrecondition, "PRICE_ABOVE_MAXIMUM", "the price is above the caller's maximum").WithField("max_price")
	ErrEffectiveDatePast = apperr.New(apperr.InvalidArgument, "EFFECTIVE_DATE_PAST", "a price holds from a day to come on; that of a new product at the earliest from today on").WithField("effective_date")
	ErrQuoteExpired      = apperr.New(apperr.FailedPrecondition, "QUOTE_EXPIRED", "the quote has expired; ask for another").WithField("quote")
	ErrLoanNotFound      = apperr.New(apperr.NotFound, "LOAN_NOT_FOUND", "no such loan of the caller's member")
	ErrNoCredit          = apperr.New(apperr.FailedPrecondition, "NO_CREDIT", "no credit was agreed with the member")
	ErrCreditOwed        = apperr.New(apperr.FailedPrecondition, "CREDIT_OWED", "the member owes what it wants to have paid out; it repays its loans first").WithField("amount")
	ErrCreditLimit       = apperr.New(apperr.FailedPrecondition, "CREDIT_LIMIT", "more than the member may owe now; its line of credit says why")
	ErrReadVoided        = apperr.New(apperr.FailedPrecondition, "READ_VOIDED", "the read was voided")
	ErrReadCaptured      = apperr.New(apperr.FailedPrecondition, "READ_CAPTURED", "the read was paid")

	ErrLedgerBusy       = apperr.New(apperr.ResourceExhausted, "LEDGER_BUSY", "too many transfers are waiting; retry").WithRetryAfter(100 * time.Millisecond)
	ErrConcurrentChange = apperr.New(apperr.Aborted, "CONCURRENT_CHANGE", "too many concurrent changes; retry")

	ErrStandingPayoutNotFound = apperr.New(apperr.NotFound, "STANDING_PAYOUT_NOT_FOUND", "the member is not paid out each month")

	ErrStatementTooLong = apperr.New(apperr.FailedPrecondition, "STATEMENT_TOO_LONG", "the statement has too many lines to be given whole; take those of its cycles, or page").WithField("name")
	ErrCycleNotOpen     = apperr.New(apperr.FailedPrecondition, "CYCLE_NOT_OPEN", "the cycle has not begun").WithField("name")

	ErrAccountNotTransferable = apperr.New(apperr.InvalidArgument, "ACCOUNT_NOT_TRANSFERABLE", "a transfer goes from a member's available account to another's, or to a pool")
	ErrTransferNotFound       = apperr.New(apperr.NotFound, "TRANSFER_NOT_FOUND", "no such transfer, or none of the caller's")
	ErrTransferExists         = apperr.New(apperr.AlreadyExists, "TRANSFER_EXISTS", "a transfer of this id was made with other content, or linked with others")
	ErrTransferVoided         = apperr.New(apperr.FailedPrecondition, "TRANSFER_VOIDED", "the transfer was voided")
	ErrTransferPosted         = apperr.New(apperr.FailedPrecondition, "TRANSFER_POSTED", "the transfer was posted")
	ErrTransferExpired        = apperr.New(apperr.FailedPrecondition, "TRANSFER_EXPIRED", "the transfer was not posted in time")
	ErrLinkedRefused          = apperr.New(apperr.FailedPrecondition, "LINKED_TRANSFER_REFUSED", "another transfer that this one is linked with was refused")
	ErrLinkedOpen             = apperr.InvalidField("linked", "the last transfer is not linked, and at most 100 are linked")
	ErrNotReversible          = apperr.New(apperr.FailedPrecondition, "TRANSFER_NOT_REVERSIBLE", "only transfers made at once or posted can be reversed")

	ErrAmountNotPayable  = apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "a payout is of whole cents, 0.01 to 999999999.99 euro").WithField("amount")
	ErrPayoutState       = apperr.New(apperr.FailedPrecondition, "PAYOUT_STATE", "the payout is not in a state that permits this")
	ErrEntryExplained    = apperr.New(apperr.FailedPrecondition, "ENTRY_EXPLAINED", "the ledger has booked the entry, or agrees with it").WithField("reference")
	ErrSamePerson        = apperr.New(apperr.FailedPrecondition, "SECOND_PERSON_NEEDED", "another person than the one who asked has to approve")
	ErrPayoutsStopped    = apperr.New(apperr.FailedPrecondition, "PAYOUTS_STOPPED", "the ledger and the bank's statements disagree; payouts are stopped until they agree")
	ErrNothingToExport   = apperr.New(apperr.FailedPrecondition, "NOTHING_TO_EXPORT", "no payout is waiting to be paid")
	ErrBankNotConfigured = apperr.New(apperr.FailedPrecondition, "BANK_NOT_CONFIGURED", "the service does not know the consortium's bank account")

	ErrAccountForeign  = apperr.New(apperr.InvalidArgument, "ACCOUNT_FOREIGN", "the statement is of another account than the consortium's").WithField("Document/BkToCstmrStmt/Stmt/Acct/Id/IBAN")
	ErrStatementExists = apperr.New(apperr.AlreadyExists, "STATEMENT_EXISTS", "a statement of this id was imported with other content").WithField("Document/BkToCstmrStmt/Stmt/Id")
	ErrStatementGap    = apperr.New(apperr.FailedPrecondition, "STATEMENT_GAP", "the statement does not begin where the last one ended; the first begins at zero").WithField("Document/BkToCstmrStmt/Stmt/Bal")
	ErrEntryDuplicate  = apperr.New(apperr.InvalidArgument, "ENTRY_DUPLICATE", "an entry of an earlier statement has this reference")
)
