package settlement

import (
	"crypto/sha256"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pcc-platform/pcc/internal/apperr"
)

const (
	// maxLinked bounds the transfers that succeed or fail together.
	maxLinked = 100
	// maxLegs bounds the legs of a transfer, maxDescription the characters of what it is for.
	maxLegs        = 100
	maxDescription = 200
	// maxPendingTimeout bounds how long amounts are set aside.
	maxPendingTimeout = 30 * 24 * time.Hour
)

// Leg is an amount that goes from one account to another.
type Leg struct {
	From, To AccountID
	Amount   Amount
}

// TransferRequest asks for a transfer that is not of a read.
type TransferRequest struct {
	// ID is a UUID that the caller makes: the same one is never made twice.
	ID          string
	Legs        []Leg
	Description string
	// Linked says that the next request succeeds or fails with this one.
	Linked bool
	// PendingTimeout is how long the amounts are only set aside; zero makes the transfer at once.
	PendingTimeout time.Duration
}

// validate holds the request to what does not depend on the ledger. Only members' available accounts pay, and only they and
// the pools receive: all other accounts have operations of their own.
func (q TransferRequest) validate() error {
	switch {
	case len(q.Legs) == 0 || len(q.Legs) > maxLegs:
		return apperr.InvalidField("legs", "a transfer has 1 to %d legs", maxLegs)
	case utf8.RuneCountInString(q.Description) > maxDescription:
		return apperr.InvalidField("description", "a description has up to %d characters", maxDescription)
	case q.PendingTimeout < 0 || q.PendingTimeout > maxPendingTimeout || q.PendingTimeout%time.Second != 0:
		return apperr.InvalidField("pending_timeout", "whole seconds, up to %s", maxPendingTimeout)
	}
	for _, l := range q.Legs {
		receives := l.To.isAvailable() || l.To == PoolHolder || l.To == PoolInfrastructure
		switch {
		case l.Amount <= 0:
			return ErrAmountInvalid
		case !l.From.isAvailable() || !receives || l.From == l.To:
			return ErrAccountNotTransferable
		}
	}
	return nil
}

func (q TransferRequest) hash() [sha256.Size]byte {
	parts := make([]string, 0, 2+3*len(q.Legs))
	parts = append(parts, q.Description, q.PendingTimeout.String())
	for _, l := range q.Legs {
		parts = append(parts, string(l.From), string(l.To), strconv.FormatInt(int64(l.Amount), 10))
	}
	return hashOf(parts...)
}

// to is where the leg goes: where it is set aside as long as the transfer is pending.
func (l Leg) to(pending bool) AccountID {
	if pending {
		return Held(l.From.Member())
	}
	return l.To
}

// transfer makes the transfer, or its first phase.
func (q TransferRequest) transfer() (Transfer, error) {
	kind, pending := KindTransfer, q.PendingTimeout > 0
	if pending {
		kind = KindPending
	}
	postings := make([]Posting, 0, 2*len(q.Legs))
	for _, l := range q.Legs {
		postings = append(postings, Posting{l.From, -l.Amount}, Posting{l.to(pending), l.Amount})
	}
	t, err := newTransfer(q.ID, kind, q.Description, q.hash(), postings...)
	if err == nil && len(t.Postings) == 0 {
		return Transfer{}, apperr.InvalidField("legs", "the legs cancel each other out")
	}
	return t, err
}

// isAvailable reports whether the account is a member's available one.
func (id AccountID) isAvailable() bool {
	member := id.Member()
	return member != "" && id == Available(member)
}
