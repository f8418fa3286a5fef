package settlement

import "context"

// HoldRead sets the price in force aside on the payer's account. It is idempotent by payer and request id: a repetition
// gets the read as it is by now, which may be captured, or voided when it was given up for too long.
// Errors: ErrMemberNotFound, ErrProductUnknown, ErrPriceAboveMaximum, ErrInsufficientFunds, ErrRequestIDReused.
func (s *Service) HoldRead(ctx context.Context, q HoldRequest) (Read, error) {
	op := &hold{request: q}
	err := s.writer.run(ctx, op)
	return op.read, err
}

// CaptureRead pays a held read out by the split policy. A captured read stays as it is.
// Errors: ErrReadNotFound, ErrReadVoided, ErrMemberNotFound (a contributor without accounts), ErrContributionInvalid.
func (s *Service) CaptureRead(ctx context.Context, id string, contributions []Contribution) (Read, error) {
	op := &readStep{id: id, action: "CaptureRead", final: ReadCaptured, others: []AccountID{PoolHolder, PoolInfrastructure}}
	for _, c := range contributions {
		op.others = append(op.others, Available(c.Member))
	}
	op.step = func(b *Books, r Read) (Read, Transfer, error) { return r.capture(s.policy, contributions, b.now) }
	err := s.writer.run(ctx, op)
	return op.read, err
}

// VoidRead gives a held read's price back. A voided read stays voided.
// Errors: ErrReadNotFound, ErrReadCaptured.
func (s *Service) VoidRead(ctx context.Context, id string) (Read, error) {
	op := voiding(id)
	err := s.writer.run(ctx, op)
	return op.read, err
}

// hold is the operation that begins a read.
type hold struct {
	request HoldRequest
	read    Read // the outcome
}

func (h *hold) want(w *Wanted) {
	w.Reads = append(w.Reads, h.request.readID())
	w.Products = append(w.Products, h.request.Product)
}

func (h *hold) accounts(*Books) []AccountID {
	return []AccountID{Available(h.request.Payer), Held(h.request.Payer)}
}

func (h *hold) apply(b *Books) (err error) {
	if known, err := b.read(h.request.readID()); err == nil {
		if h.read = known; known.RequestHash != h.request.hash() {
			return ErrRequestIDReused
		}
		return nil
	}
	if _, found := b.accounts[Available(h.request.Payer)]; !found {
		return ErrMemberNotFound
	}
	price, err := b.price(h.request.Product)
	if err != nil {
		return err
	}
	var t Transfer
	if h.read, t, err = h.request.hold(price, b.now); err != nil {
		return err
	}
	if err := b.post(t); err != nil {
		return err
	}
	b.setRead(h.read)
	b.audit("HoldRead", "reads/"+h.read.ID)
	return nil
}

// readStep is the operation that ends a held read by a step to its final state; a read that is there already stays as it is.
type readStep struct {
	id, action string
	final      ReadState
	// others are the accounts beside the payer's that the step may post on.
	others []AccountID
	step   func(*Books, Read) (Read, Transfer, error)
	read   Read // the outcome
}

// voiding is the step that gives a read's price back.
func voiding(id string) *readStep {
	step := func(_ *Books, r Read) (Read, Transfer, error) { return r.void() }
	return &readStep{id: id, action: "VoidRead", final: ReadVoided, step: step}
}

func (s *readStep) want(w *Wanted) { w.Reads = append(w.Reads, s.id) }

func (s *readStep) accounts(b *Books) []AccountID {
	r, err := b.read(s.id)
	if err != nil {
		return nil
	}
	return append([]AccountID{Available(r.Payer), Held(r.Payer)}, s.others...)
}

func (s *readStep) apply(b *Books) (err error) {
	if s.read, err = b.read(s.id); err != nil || s.read.State == s.final {
		return err
	}
	var t Transfer
	if s.read, t, err = s.step(b, s.read); err != nil {
		return err
	}
	if err := b.post(t); err != nil {
		return err
	}
	b.setRead(s.read)
	b.audit(s.action, "reads/"+s.id)
	return nil
}
