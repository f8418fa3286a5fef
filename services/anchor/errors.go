package anchor

import (
	"errors"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Errors that callers of the API see.
var (
	ErrEpochNotFound     = apperr.New(apperr.NotFound, "EPOCH_NOT_FOUND", "there is no such epoch")
	ErrLedgerUnavailable = apperr.New(apperr.Unavailable, "LEDGER_UNAVAILABLE", "the ledger cannot be reached; retry")
	ErrNothingAnchored   = apperr.New(apperr.FailedPrecondition, "NOTHING_ANCHORED", "nothing about the passport is anchored yet; retry after the next epoch")
	ErrReportTooLarge    = apperr.New(apperr.FailedPrecondition, "REPORT_TOO_LARGE", "the proof document would exceed what one answer can carry")
)

// Faults that a person has to look at; see the package documentation.
var (
	// ErrForeignLedger: the ledger holds epochs and the database none.
	ErrForeignLedger = errors.New("anchor: the ledger holds epochs and this database is empty: restore the database, or use a new channel")
	// ErrDiverged: the ledger, the database and the journal contradict one another.
	ErrDiverged = errors.New("anchor: diverged")
)

var (
	// errLedgerBehind: the peer asked knows fewer epochs than were anchored.
	errLedgerBehind = errors.New("anchor: the peer holds fewer epochs than were anchored: it is catching up, or it is of another channel")
	// ErrNotOnLedger is how a Ledger says that a record is not there.
	ErrNotOnLedger = errors.New("anchor: not on the ledger")
)
