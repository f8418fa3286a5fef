package settlement

import (
	"slices"
	"time"
)

// PendingState says how far a transfer in two phases is; doc.go has the diagram.
type PendingState string

// The states of a transfer in two phases.
const (
	PendingOpen    PendingState = "pending"
	PendingPosted  PendingState = "posted"
	PendingVoided  PendingState = "voided"
	PendingExpired PendingState = "expired"
)

// Pending is a transfer in two phases: its amounts are set aside on the payers' held accounts, until it is posted, voided, or its time
// has passed.
type Pending struct {
	ID          string // of the transfer of the first phase
	State       PendingState
	Legs        []Leg
	Description string
	ExpireTime  time.Time
}

func (q TransferRequest) pending(now time.Time) Pending {
	return Pending{ID: q.ID, State: PendingOpen, Legs: q.Legs, Description: q.Description, ExpireTime: now.Add(q.PendingTimeout)}
}

// post ends it by paying its amounts out.
func (p Pending) post(now time.Time) (Pending, Transfer, error) {
	switch {
	case p.State == PendingVoided:
		return Pending{}, Transfer{}, ErrTransferVoided
	case p.State == PendingExpired || !now.Before(p.ExpireTime):
		return Pending{}, Transfer{}, ErrTransferExpired
	}
	p.State = PendingPosted
	t, err := p.transfer(KindPostPending, p.Description, func(l Leg) AccountID { return l.To })
	return p, t, err
}

// giveBack ends it by giving its amounts back: it is voided, or expired once its time has passed.
func (p Pending) giveBack(now time.Time) (Pending, Transfer, error) {
	if p.State == PendingPosted {
		return Pending{}, Transfer{}, ErrTransferPosted
	}
	p.State = PendingVoided
	if !now.Before(p.ExpireTime) {
		p.State = PendingExpired
	}
	t, err := p.transfer(KindVoidPending, "given back: "+p.Description, func(l Leg) AccountID { return l.From })
	return p, t, err
}

// transfer is that of the second phase. Its id is derived, so there is at most one of each kind.
func (p Pending) transfer(kind TransferKind, description string, to func(Leg) AccountID) (Transfer, error) {
	var postings []Posting
	for _, l := range p.Legs {
		postings = append(postings, Posting{Held(l.From.Member()), -l.Amount}, Posting{to(l), l.Amount})
	}
	return newTransfer(deriveID("transfer", p.ID, string(kind)), kind, description, hashOf(string(kind), p.ID), postings...)
}

// pendings are the things that transfers in two phases are.
func pendings() stepped[Pending] {
	return stepped[Pending]{
		want: func(w *Wanted) *[]string { return &w.Pending }, in: func(b *Books) *documents[Pending] { return &b.pending },
		missing: ErrTransferNotFound, collection: "transfers",
		payers: func(p Pending) (ids []AccountID) {
			for _, l := range p.Legs {
				ids = append(ids, Held(l.From.Member()))
			}
			return ids
		},
	}
}

// posting is the step that pays a pending transfer out.
func postingStep(id string) *step[Pending] {
	return &step[Pending]{
		kind: pendings(), id: id, action: "PostPendingTransfer",
		others: func(p Pending) (ids []AccountID) {
			for _, l := range p.Legs {
				ids = append(ids, l.To)
			}
			return ids
		},
		ended: func(p Pending) bool { return p.State == PendingPosted },
		take:  func(b *Books, p Pending) (Pending, Transfer, error) { return p.post(b.now) },
	}
}

// givingBack is the step that gives a pending transfer's amounts back.
func givingBack(id string) *step[Pending] {
	return &step[Pending]{
		kind: pendings(), id: id, action: "VoidPendingTransfer",
		others: func(p Pending) (ids []AccountID) {
			for _, l := range p.Legs {
				ids = append(ids, l.From)
			}
			return ids
		},
		ended: func(p Pending) bool { return slices.Contains([]PendingState{PendingVoided, PendingExpired}, p.State) },
		take:  func(b *Books, p Pending) (Pending, Transfer, error) { return p.giveBack(b.now) },
	}
}
