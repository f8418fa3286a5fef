package settlement

import "context"

// HoldRead sets the price in force, or the quoted one, aside on the payer's account. It is idempotent by payer and request id: a repetition
// gets the read as it is by now, which may be captured, or voided when it was given up for too long.
// Errors: ErrMemberNotFound, ErrProductUnknown, ErrPriceAboveMaximum, ErrInsufficientFunds, ErrRequestIDReused,
// ErrQuoteNotFound, ErrQuoteExpired; with credit allowed ErrNoCredit, ErrCreditLimit.
func (s *Service) HoldRead(ctx context.Context, q HoldRequest) (Read, error) {
	op := &hold{request: q}
	err := s.writer.run(ctx, op)
	return op.read, err
}

// CaptureRead pays a held read out by the split policy. A captured read stays as it is.
// Errors: ErrReadNotFound, ErrReadVoided, ErrMemberNotFound (a contributor without accounts), ErrContributionInvalid.
func (s *Service) CaptureRead(ctx context.Context, id string, contributions []Contribution) (Read, error) {
	earners := make([]string, len(contributions))
	for i, c := range contributions {
		earners[i] = c.Member
	}
	op := readStep(id, "CaptureRead", ReadCaptured, func(b *Books, r Read) (Read, Transfer, error) {
		return r.capture(s.policy, contributions, b.due, b.now)
	})
	op.earners = earners
	op.others = func(Read) []AccountID {
		return []AccountID{PoolHolder, PoolInfrastructure}
	}
	err := s.writer.run(ctx, op)
	return op.result, err
}

// VoidRead gives a held read's price back. A voided read stays voided.
// Errors: ErrReadNotFound, ErrReadCaptured.
func (s *Service) VoidRead(ctx context.Context, id string) (Read, error) {
	op := voiding(id)
	err := s.writer.run(ctx, op)
	return op.result, err
}

// hold is the operation that begins a read.
type hold struct {
	request HoldRequest
	read    Read // the outcome
}

func (h *hold) want(w *Wanted) {
	w.Reads = append(w.Reads, h.request.readID())
	if h.request.AllowCredit {
		w.Borrowers = append(w.Borrowers, h.request.Payer)
	}
	if h.request.Quote != "" {
		w.Quotes = append(w.Quotes, h.request.Quote)
	} else {
		w.Products = append(w.Products, h.request.Product)
	}
}

func (h *hold) accounts(*Books) []AccountID {
	if h.request.AllowCredit {
		return []AccountID{Available(h.request.Payer), Held(h.request.Payer), Credit(h.request.Payer)}
	}
	return []AccountID{Available(h.request.Payer), Held(h.request.Payer)}
}

func (h *hold) apply(b *Books) (err error) {
	if known, found := b.reads.get(h.request.readID()); found {
		if h.read = known; known.RequestHash != h.request.hash() {
			return ErrRequestIDReused
		}
		return nil
	}
	if _, found := b.accounts[Available(h.request.Payer)]; !found {
		return ErrMemberNotFound
	}
	price, err := h.price(b)
	if err != nil {
		return err
	}
	var t Transfer
	if h.read, t, err = h.request.hold(price, b.now); err != nil {
		return err
	}
	if lacking := price - b.accounts[Available(h.request.Payer)].Balance; lacking > 0 && h.request.AllowCredit {
		if _, err := b.lend(deriveID("loan", "read", h.read.ID), h.request.Payer, h.read.ID, lacking); err != nil {
			return err
		}
	}
	if err := b.post(t); err != nil {
		return err
	}
	set(b, &b.reads, h.read.ID, h.read)
	b.audit("HoldRead", "reads/"+h.read.ID)
	return nil
}

// price is that of the quote, or today's.
func (h *hold) price(b *Books) (Amount, error) {
	if h.request.Quote == "" {
		return b.price(h.request.Product)
	}
	q, err := b.quote(h.request.Quote)
	if err != nil {
		return 0, err
	}
	return q.priceFor(h.request.Payer, h.request.Product, b.now)
}

// reads are the things that are paid.
func reads() stepped[Read] {
	return stepped[Read]{
		want: func(w *Wanted) *[]string { return &w.Reads }, in: func(b *Books) *documents[Read] { return &b.reads },
		missing: ErrReadNotFound, collection: "reads",
		payers: func(r Read) []AccountID { return []AccountID{Available(r.Payer), Held(r.Payer)} },
	}
}

// readStep ends a held read.
func readStep(id, action string, final ReadState, take func(*Books, Read) (Read, Transfer, error)) *step[Read] {
	return &step[Read]{kind: reads(), id: id, action: action, ended: func(r Read) bool { return r.State == final }, take: take}
}

// voiding is the step that gives a read's price back.
func voiding(id string) *step[Read] {
	return readStep(id, "VoidRead", ReadVoided, func(_ *Books, r Read) (Read, Transfer, error) { return r.void() })
}
