package settlement

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
)

// ReadState says how far a paid read is; doc.go has the diagram.
type ReadState string

// The states of a read.
const (
	ReadHeld     ReadState = "held"
	ReadCaptured ReadState = "captured"
	ReadVoided   ReadState = "voided"
)

// Read is one paid read and its receipt.
type Read struct {
	ID       string // UUID, derived from payer and request id
	Payer    string
	Product  string
	Passport string
	Price    Amount
	State    ReadState
	// Shares and SplitVersion say who was paid what under which policy; empty until captured.
	Shares       []Share
	SplitVersion int
	// Contributions are what the shares were computed from.
	Contributions []Contribution
	// Revisions are the later versions of the shares, for whoever asks for them: see clawback.go.
	Revisions   []Revision
	CreateTime  time.Time
	CaptureTime time.Time // zero until captured
	// RequestHash is the SHA-256 of what was asked for.
	RequestHash [sha256.Size]byte
}

// HoldRequest asks to set the price of a read aside.
type HoldRequest struct {
	// RequestID is the payer's; the same one never pays twice.
	RequestID string
	Payer     string
	Product   string
	Passport  string
	// MaxPrice is the highest price that the payer accepts, MaxAmount when any.
	MaxPrice Amount
	// AllowCredit has what the payer lacks lent to it.
	AllowCredit bool
	// Quote is the id of the quote whose price is to be paid, "" for today's.
	Quote string
}

// readID is the same for every repetition of a request.
func (q HoldRequest) readID() string { return deriveID("read", q.Payer, q.RequestID) }

func (q HoldRequest) hash() [sha256.Size]byte {
	return hashOf(q.Payer, q.RequestID, q.Product, q.Passport, q.MaxPrice.String(), q.Quote, strconv.FormatBool(q.AllowCredit))
}

// hold makes the read and the transfer that sets its price aside.
func (q HoldRequest) hold(price Amount, now time.Time) (Read, Transfer, error) {
	if price > q.MaxPrice {
		return Read{}, Transfer{}, ErrPriceAboveMaximum
	}
	r := Read{
		ID: q.readID(), Payer: q.Payer, Product: q.Product, Passport: q.Passport, Price: price,
		State: ReadHeld, CreateTime: now, RequestHash: q.hash(),
	}
	t, err := r.transfer(KindHold, "hold for "+r.description(),
		[]Posting{{Available(r.Payer), -r.Price}, {Held(r.Payer), r.Price}})
	return r, t, err
}

// capture makes the captured read and the transfer that pays its shares. due are the members that have something to give back.
func (r Read) capture(policy SplitPolicy, contributions []Contribution, due map[string]int, now time.Time) (Read, Transfer, error) {
	if r.State == ReadVoided {
		return Read{}, Transfer{}, ErrReadVoided
	}
	contributions, err := normalise(contributions)
	if err != nil {
		return Read{}, Transfer{}, err
	}
	shares, err := policy.Split(r.Price, contributions)
	if err != nil {
		return Read{}, Transfer{}, err
	}
	r.State, r.Shares, r.SplitVersion, r.Contributions, r.CaptureTime = ReadCaptured, shares, policy.Version, contributions, now
	postings := []Posting{{Held(r.Payer), -r.Price}}
	inputs := []string{strconv.Itoa(policy.Version)}
	for _, s := range shares {
		postings = append(postings, s.posting(due))
		inputs = append(inputs, string(s.Account), s.Amount.String())
	}
	t, err := r.transfer(KindCapture, r.description(), postings, inputs...)
	return r, t, err
}

// void makes the voided read and the transfer that gives its price back.
func (r Read) void() (Read, Transfer, error) {
	if r.State == ReadCaptured {
		return Read{}, Transfer{}, ErrReadCaptured
	}
	r.State = ReadVoided
	t, err := r.transfer(KindVoid, "given back: "+r.description(), []Posting{{Held(r.Payer), -r.Price}, {Available(r.Payer), r.Price}})
	return r, t, err
}

// transfer makes a transfer of the read. Its id is derived, so a read has at most one of each kind.
func (r Read) transfer(kind TransferKind, description string, postings []Posting, inputs ...string) (Transfer, error) {
	input := hashOf(append([]string{string(kind), r.ID, r.Price.String()}, inputs...)...)
	return newTransfer(deriveID("transfer", r.ID, string(kind)), kind, description, input, postings...)
}

func (r Read) description() string { return fmt.Sprintf("read reads/%s of %s", r.ID, r.Product) }
