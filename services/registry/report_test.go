package registry

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/apperr"
)

var reportTime = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

// catalogue holds one passport.
type catalogue struct{ id string }

func (c catalogue) Passport(_ context.Context, id string) (Passport, error) {
	if id != c.id {
		return Passport{}, ErrPassportNotFound
	}
	return Passport{ID: id}, nil
}

func (catalogue) Transitions(context.Context, string, int64, int) ([]Transition, error) {
	return []Transition{{From: Registered, To: Active}}, nil
}

func (catalogue) Periods(context.Context, string, int, int) ([]OwnershipPeriod, error) {
	return []OwnershipPeriod{{Number: 1}}, nil
}

// journal answers with a fixed history or error; cancel is called first, as by a caller that goes away.
type journal struct {
	history []Entry[string]
	err     error
	cancel  context.CancelFunc
}

func (j journal) History(context.Context, string) ([]Entry[string], error) {
	if j.cancel != nil {
		j.cancel()
	}
	return slices.Clone(j.history), j.err
}

func (j journal) Verdict(context.Context, string, time.Time) (string, error) { return "verdict", j.err }

// ledger keeps one read in memory by the contract of settlement's service.
type ledger struct {
	state         ReadState
	captures      int
	contributions []Contribution
	captureErr    error
}

func (l *ledger) read() Read[string] {
	r := Read[string]{Name: "reads/1", State: l.state, Receipt: "receipt"}
	if l.state == ReadCaptured {
		r.CaptureTime = reportTime
	}
	return r
}

func (l *ledger) Hold(_ context.Context, _ string, r ReportRequest) (Read[string], error) {
	if l.state == 0 {
		l.state = ReadHeld
	}
	return l.read(), nil
}

func (l *ledger) Capture(_ context.Context, _ string, c []Contribution) (Read[string], error) {
	if l.captureErr != nil {
		return Read[string]{}, l.captureErr
	}
	l.state, l.contributions, l.captures = ReadCaptured, c, l.captures+1
	return l.read(), nil
}

func (l *ledger) Void(ctx context.Context, _ string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.state = ReadVoided
	return nil
}

var history = []Entry[string]{
	{Member: "oem", Quality: 90, ReceiveTime: reportTime.Add(-2 * time.Hour), Field: "odometer/2026-01", Event: "first"},
	{Member: "garage", Quality: 60, ReceiveTime: reportTime.Add(-time.Hour), Field: "odometer/2026-01", Event: "second"},
	{Member: "oem", Quality: 80, ReceiveTime: reportTime, Field: "odometer/2026-01", Event: "third"},
}

func readReport(ctx context.Context, j journal, l *ledger) (Report[string, string, string], error) {
	s := NewReports[string, string, string](catalogue{"p"}, j, l, func() time.Time { return reportTime })
	return s.Read(ctx, ReportRequest{RequestID: "r", Passport: "p", Payer: "insurer"})
}

func TestReportIsPaidToItsContributors(t *testing.T) {
	l := &ledger{}
	report, err := readReport(t.Context(), journal{history: history}, l)
	if err != nil {
		t.Fatal(err)
	}
	want := Report[string, string, string]{
		Passport: Passport{ID: "p"}, Events: []string{"first", "second", "third"}, Verdict: "verdict", Receipt: "receipt", CreateTime: reportTime,
		Transitions: []Transition{{From: Registered, To: Active}}, Periods: []OwnershipPeriod{{Number: 1}},
	}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	contributions := []Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 60}, {Member: "oem", Field: "odometer/2026-01", Quality: 90}}
	if diff := cmp.Diff(contributions, l.contributions); diff != "" {
		t.Error(diff)
	}
}

func TestReportWithoutEventsIsDelivered(t *testing.T) {
	l := &ledger{}
	report, err := readReport(t.Context(), journal{}, l)
	if err != nil || report.Receipt != "receipt" || l.captures != 1 || len(l.contributions) != 0 {
		t.Errorf("report %v, error %v, %d captures to %v", report, err, l.captures, l.contributions)
	}
}

func TestRepeatedReportIsPaidOnceAndHasNoNews(t *testing.T) {
	l := &ledger{}
	if _, err := readReport(t.Context(), journal{history: history}, l); err != nil {
		t.Fatal(err)
	}
	news := append(slices.Clone(history), Entry[string]{Member: "oem", ReceiveTime: reportTime.Add(time.Second), Event: "news"})
	report, err := readReport(t.Context(), journal{history: news}, l)
	if err != nil {
		t.Fatal(err)
	}
	if l.captures != 1 || len(report.Events) != len(history) || report.Receipt != "receipt" {
		t.Errorf("%d captures, events %v", l.captures, report.Events)
	}
}

func TestHoldOfABrokenTryIsCaptured(t *testing.T) {
	l := &ledger{state: ReadHeld} // the process died between hold and capture
	if _, err := readReport(t.Context(), journal{history: history}, l); err != nil || l.state != ReadCaptured {
		t.Errorf("error %v, state %d", err, l.state)
	}
}

func TestUndeliverableReportIsNotPaid(t *testing.T) {
	l := &ledger{}
	if _, err := readReport(t.Context(), journal{err: ErrReportTooLarge}, l); !errors.Is(err, ErrReportTooLarge) {
		t.Errorf("error %v, want the refusal", err)
	}
	if l.state != ReadVoided || l.captures != 0 {
		t.Errorf("state %d after %d captures, want the hold given back", l.state, l.captures)
	}
}

// A part of the platform that is down is worth a retry, and so is a call that was cut off, as by the death of the gateway: the
// retry finds its hold.
func TestAPassingFailureKeepsTheHold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	down := apperr.New(apperr.Unavailable, "UPSTREAM", "ingest is down")
	for name, tt := range map[string]struct {
		ctx     context.Context
		journal journal
		want    error
	}{
		"down":    {t.Context(), journal{err: down}, down},
		"cut off": {ctx, journal{err: context.Canceled, cancel: cancel}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			if _, err := readReport(tt.ctx, tt.journal, l); !errors.Is(err, tt.want) || l.state != ReadHeld {
				t.Errorf("error %v, state %d", err, l.state)
			}
			if _, err := readReport(t.Context(), journal{history: history}, l); err != nil || l.captures != 1 {
				t.Errorf("repeated: error %v, %d captures", err, l.captures)
			}
		})
	}
}

func TestPaidReportStaysPaidWhenItCannotBeRepeated(t *testing.T) {
	l := &ledger{state: ReadCaptured}
	if _, err := readReport(t.Context(), journal{err: ErrReportTooLarge}, l); !errors.Is(err, ErrReportTooLarge) || l.state != ReadCaptured {
		t.Errorf("error %v, state %d", err, l.state)
	}
}

func TestUncertainCaptureIsNotGivenBack(t *testing.T) {
	l := &ledger{captureErr: context.DeadlineExceeded}
	if _, err := readReport(t.Context(), journal{history: history}, l); !errors.Is(err, context.DeadlineExceeded) || l.state != ReadHeld {
		t.Errorf("error %v, state %d", err, l.state)
	}
}

func TestVoidedReadIsRefused(t *testing.T) {
	if _, err := readReport(t.Context(), journal{}, &ledger{state: ReadVoided}); !errors.Is(err, ErrReadVoided) {
		t.Errorf("error %v", err)
	}
}

func TestReportOfNoPassportHoldsNothing(t *testing.T) {
	l := &ledger{}
	s := NewReports[string, string, string](catalogue{"other"}, journal{}, l, time.Now)
	if _, err := s.Read(t.Context(), ReportRequest{Passport: "p"}); !errors.Is(err, ErrPassportNotFound) || l.state != 0 {
		t.Errorf("error %v, state %d", err, l.state)
	}
}
