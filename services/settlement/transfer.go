package settlement

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// JournalStream is the stream of all transfers and closed cycles. There is one, because a transfer is of several members, and the
// books are of all.
const JournalStream = "settlement/ledger"

// TransferKind says what a transfer is for.
type TransferKind string

// The kinds of transfer; doc.go shows the accounts that each moves.
const (
	KindMint    TransferKind = "mint"
	KindHold    TransferKind = "hold"
	KindCapture TransferKind = "capture"
	KindVoid    TransferKind = "void"

	KindAssign       TransferKind = "assign"
	KindPayout       TransferKind = "payout"
	KindBurn         TransferKind = "burn"
	KindPayoutReturn TransferKind = "payout_return"
	KindWriteOff     TransferKind = "write_off"

	KindTransfer    TransferKind = "transfer"
	KindPending     TransferKind = "pending"
	KindPostPending TransferKind = "post_pending"
	KindVoidPending TransferKind = "void_pending"
	KindReversal    TransferKind = "reversal"

	KindClawback TransferKind = "clawback"

	KindCreditDraw      TransferKind = "credit_draw"
	KindCreditRepayment TransferKind = "credit_repayment"
)

// Posting is one side of a transfer: positive is received, negative is paid.
type Posting struct {
	Account AccountID
	Amount  Amount
}

// Transfer moves value between accounts. Its postings add up to zero, name each account once, and are sorted by account,
// which is the order in which accounts are locked.
type Transfer struct {
	ID          string
	Kind        TransferKind
	Description string
	Postings    []Posting
	// ValueTime is when what the transfer is about happened, if that was before it is posted; zero otherwise. What belongs to a closed
	// cycle is posted into the open one, and refers to the closed one by this time.
	ValueTime time.Time
	// InputHash is the SHA-256 of what was asked for; a transfer of the same id has the same.
	InputHash [sha256.Size]byte
}

// errUnbalanced is a fault of this package: no input leads to it.
var errUnbalanced = errors.New("settlement: the postings of a transfer do not add up to zero")

// newTransfer makes a transfer of its postings: those on one account are netted, those of nothing are dropped.
func newTransfer(id string, kind TransferKind, description string, inputHash [sha256.Size]byte, postings ...Posting) (Transfer, error) {
	net := make(map[AccountID]Amount, len(postings))
	var total Amount
	for _, p := range postings {
		var err error
		if net[p.Account], err = net[p.Account].Add(p.Amount); err != nil {
			return Transfer{}, err
		}
		if total, err = total.Add(p.Amount); err != nil {
			return Transfer{}, err
		}
	}
	if total != 0 {
		return Transfer{}, fmt.Errorf("%w: %s of %s", errUnbalanced, kind, id)
	}
	t := Transfer{ID: id, Kind: kind, Description: description, InputHash: inputHash}
	for account, amount := range net {
		if amount != 0 {
			t.Postings = append(t.Postings, Posting{Account: account, Amount: amount})
		}
	}
	slices.SortFunc(t.Postings, func(a, b Posting) int { return cmp.Compare(a.Account, b.Account) })
	return t, nil
}

// accounts lists the accounts that the transfer touches, sorted.
func (t Transfer) accounts() []AccountID {
	ids := make([]AccountID, len(t.Postings))
	for i, p := range t.Postings {
		ids[i] = p.Account
	}
	return ids
}

// volume is what changed hands: the sum of the postings that received.
func (t Transfer) volume() Amount {
	var sum Amount
	for _, p := range t.Postings {
		sum += max(p.Amount, 0) // newTransfer summed the same numbers without overflow
	}
	return sum
}

// hashOf frames each part by its length, so that different parts never hash alike.
func hashOf(parts ...string) [sha256.Size]byte {
	var framed []byte
	for _, p := range parts {
		framed = binary.BigEndian.AppendUint64(framed, uint64(len(p)))
		framed = append(framed, p...)
	}
	return sha256.Sum256(framed)
}

// deriveID makes a UUID (version 8) of what something is: the same thing gets the same id, so that the primary key
// itself refuses to record it twice.
func deriveID(parts ...string) string {
	sum := hashOf(parts...)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return formatUUID(sum[:16])
}

// formatUUID writes 16 bytes in the five groups of a UUID.
func formatUUID(raw []byte) string {
	id := hex.EncodeToString(raw)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
