package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// reportProduct is the report's name in the price list.
const reportProduct = "passport-report"

// maxSteps bounds the transitions and the ownership periods of one report.
const maxSteps = 1000

// voidTimeout bounds giving a hold back, which goes on after the caller went away.
const voidTimeout = 5 * time.Second

// Entry is one event of a history, with what a sale must know of it. E is the event as the journal's service gives it:
// the registry sells it without looking inside.
type Entry[E any] struct {
	// Member is the id of the member that sent it.
	Member string
	// Quality is the event's quality index, 0 to 100; 0 also for what earns nothing.
	Quality int64
	// Field is the question that the event answers: its class and month, such as "odometer/2026-03".
	Field string
	// ReceiveTime is when the platform accepted it.
	ReceiveTime time.Time
	Event       E
}

// Contribution is how well a member's events answer one field of a report.
type Contribution struct {
	Member, Field string
	// Quality is the highest index among them.
	Quality int64
}

// ReadState says how far a paid read is.
type ReadState uint8

// The states of a paid read.
const (
	ReadHeld ReadState = iota + 1
	ReadCaptured
	ReadVoided
)

// Read is a paid read. R is its receipt as settlement's service gives it, which is passed on.
type Read[R any] struct {
	Name  string
	State ReadState
	// CaptureTime is when it was paid; zero before.
	CaptureTime time.Time
	Receipt     R
}

// ReportRequest asks for a report. The payer is the caller's member.
type ReportRequest struct {
	RequestID string
	Passport  string
	// Payer is the id of the member that pays.
	Payer string
	// MaxPrice is the highest price accepted, decimal PCC_token; empty for any.
	MaxPrice string
	// Quote is the name of the quote whose price is to be paid; empty for today's.
	Quote string
	// AllowCredit has what the payer lacks lent to it.
	AllowCredit bool
}

// Report is the whole history of a passport.
type Report[E, V, R any] struct {
	Passport    Passport
	Events      []E
	Transitions []Transition
	Periods     []OwnershipPeriod
	// Verdict is on the odometer, by the events.
	Verdict    V
	Receipt    R
	CreateTime time.Time
}

// Catalogue is what a report reads of the registry itself.
type Catalogue interface {
	Passport(ctx context.Context, id string) (Passport, error)
	// Transitions returns at most limit steps after the given revision, oldest first.
	Transitions(ctx context.Context, passport string, after int64, limit int) ([]Transition, error)
	// Periods returns at most limit ownership periods after the given number, oldest first.
	Periods(ctx context.Context, passport string, after, limit int) ([]OwnershipPeriod, error)
}

// Journal gives histories and what they say about the odometer. V is the verdict as the journal's service gives it, which is
// passed on.
type Journal[E, V any] interface {
	// History returns all events of a passport, or ErrReportTooLarge.
	History(ctx context.Context, passport string) ([]Entry[E], error)
	// Verdict returns the verdict on the events that were accepted by a time, zero for all, or ErrReportTooLarge.
	Verdict(ctx context.Context, passport string, asOf time.Time) (V, error)
}

// Ledger sells reads. Its methods are idempotent: Hold by payer and request id, the others by the read's name.
type Ledger[R any] interface {
	Hold(ctx context.Context, product string, r ReportRequest) (Read[R], error)
	Capture(ctx context.Context, read string, contributions []Contribution) (Read[R], error)
	Void(ctx context.Context, read string) error
}

// Reports sells reports: the price is held, the history read, the hold captured. Whoever repeats a request id pays once,
// wherever the first try stopped: a hold that was not captured is found again, and one that nobody comes back for is
// given back by settlement in time.
type Reports[E, V, R any] struct {
	catalogue Catalogue
	journal   Journal[E, V]
	ledger    Ledger[R]
	now       func() time.Time
}

// NewReports returns the seller of reports. now is its clock.
func NewReports[E, V, R any](c Catalogue, j Journal[E, V], l Ledger[R], now func() time.Time) *Reports[E, V, R] {
	return &Reports[E, V, R]{catalogue: c, journal: j, ledger: l, now: now}
}

// Read sells one report. Errors: ErrPassportNotFound, ErrReportTooLarge, ErrReadVoided, and those of holding a read.
func (s *Reports[E, V, R]) Read(ctx context.Context, r ReportRequest) (Report[E, V, R], error) {
	report, err := s.catalogued(ctx, r.Passport)
	if err != nil {
		return report, err
	}
	read, err := s.ledger.Hold(ctx, reportProduct, r)
	if err != nil {
		return report, err
	}
	if read.State == ReadVoided {
		return report, ErrReadVoided
	}
	history, err := s.journal.History(ctx, r.Passport)
	if err != nil {
		return report, s.giveBack(ctx, read, err)
	}
	// A read that was paid for before has the verdict of then, as it has the events of then.
	if report.Verdict, err = s.journal.Verdict(ctx, r.Passport, read.CaptureTime); err != nil {
		return report, s.giveBack(ctx, read, err)
	}
	if read.State == ReadCaptured {
		history = asOf(history, read.CaptureTime)
	} else if read, err = s.ledger.Capture(ctx, read.Name, contributions(history)); err != nil {
		// Not given back: it may have been captured. A repeated request finds out.
		return report, err
	}
	for _, e := range history {
		report.Events = append(report.Events, e.Event)
	}
	report.Receipt = read.Receipt
	return report, nil
}

// catalogued returns the part of a report that is the registry's own.
func (s *Reports[E, V, R]) catalogued(ctx context.Context, passport string) (report Report[E, V, R], err error) {
	report.CreateTime = s.now()
	if report.Passport, err = s.catalogue.Passport(ctx, passport); err != nil {
		return report, err
	}
	if report.Transitions, err = s.catalogue.Transitions(ctx, passport, 0, maxSteps+1); err != nil {
		return report, err
	}
	if report.Periods, err = s.catalogue.Periods(ctx, passport, 0, maxSteps+1); err != nil {
		return report, err
	}
	if len(report.Transitions) > maxSteps || len(report.Periods) > maxSteps {
		return report, ErrReportTooLarge
	}
	return report, nil
}

// giveBack frees a hold because of cause, which it returns. It keeps what a repeated request will use: a captured read,
// whose first try was delivered, and the hold of a report that cannot be given only now. A hold that nobody comes back
// for is freed by the ledger after a while.
func (s *Reports[E, V, R]) giveBack(ctx context.Context, read Read[R], cause error) error {
	refusal := apperr.As(cause)
	if read.State == ReadCaptured || passing(cause, refusal) {
		return cause
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), voidTimeout)
	defer cancel()
	err := s.ledger.Void(ctx, read.Name)
	if err != nil && refusal != nil {
		return refusal.Wrap(err)
	}
	return errors.Join(cause, err)
}

// passing reports whether a repeated request may succeed: a part is away or busy, or the caller was cut off, which the death
// of the gateway looks like.
func passing(cause error, refusal *apperr.Error) bool {
	if refusal != nil {
		return refusal.Kind == apperr.Unavailable || refusal.Kind == apperr.Aborted || refusal.Kind == apperr.ResourceExhausted
	}
	return errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)
}

// asOf drops what came after a time: who paid for a report may have it again, but not the news since.
func asOf[E any](history []Entry[E], t time.Time) []Entry[E] {
	return slices.DeleteFunc(history, func(e Entry[E]) bool { return e.ReceiveTime.After(t) })
}

// contributions returns the best that each member gave to each field, by field, then member.
func contributions[E any](history []Entry[E]) []Contribution {
	type place struct{ field, member string }
	best := map[place]int64{}
	for _, e := range history {
		if at := (place{e.Field, e.Member}); e.Quality > best[at] {
			best[at] = e.Quality
		}
	}
	out := make([]Contribution, 0, len(best))
	for at, quality := range best {
		out = append(out, Contribution{Member: at.member, Field: at.field, Quality: quality})
	}
	slices.SortFunc(out, func(a, b Contribution) int {
		return cmp.Or(strings.Compare(a.Field, b.Field), strings.Compare(a.Member, b.Member))
	})
	return out
}
