package postgres_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/pcc-platform/pcc/services/settlement"
)

// together runs n calls at once and returns the error of each.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func TestConcurrentHoldsNeverOverdraw(t *testing.T) {
	l := newLedger(t)
	const affordable, attempts = 11, 32
	l.admit(t, "garage", affordable*price+price-1)
	held := 0
	for _, err := range together(attempts, func(int) error {
		_, err := l.HoldRead(asService(t.Context()), request("garage"))
		return err
	}) {
		if err == nil {
			held++
		} else if !errors.Is(err, settlement.ErrInsufficientFunds) {
			t.Error(err)
		}
	}
	available, set := l.balances(t, "garage")
	if held != affordable || set != affordable*price || available != price-1 {
		t.Errorf("%d holds; %s available, %s held", held, available, set)
	}
	l.mustBalance(t)
}

func TestConcurrentRepetitionsHaveOneEffect(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 0)
	r, q := receipt("garage", 10*price), request("garage")
	for _, err := range together(16, func(int) error {
		_, err := l.RecordReceipt(asService(t.Context()), r)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, err := range together(16, func(int) error {
		read, err := l.HoldRead(asService(t.Context()), q)
		if err != nil {
			return err
		}
		_, err = l.CaptureRead(asService(t.Context()), read.ID, nil)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if available, held := l.balances(t, "garage"); available != 9*price || held != 0 {
		t.Errorf("%s available, %s held", available, held)
	}
	l.mustBalance(t)
}

// TestCrossingCapturesDoNotDeadlock lets every member pay the others at once.
func TestCrossingCapturesDoNotDeadlock(t *testing.T) {
	l := newLedger(t)
	members := []string{"dealer", "garage", "insurer", "oem"}
	var contributions []settlement.Contribution
	for _, m := range members {
		l.admit(t, m, 8*price)
		contributions = append(contributions, settlement.Contribution{Member: m, Field: "odometer/2026-01", Quality: 1})
	}
	for _, err := range together(32, func(i int) error {
		read, err := l.HoldRead(asService(t.Context()), request(members[i%len(members)]))
		if err != nil {
			return err
		}
		_, err = l.CaptureRead(asService(t.Context()), read.ID, contributions)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	l.mustBalance(t)
}

func TestCaptureAndVoidExcludeEachOther(t *testing.T) {
	l := newLedger(t)
	l.admit(t, "garage", 8*price)
	for range 8 {
		read := l.hold(t, "garage")
		errs := together(2, func(i int) error {
			if i == 0 {
				_, err := l.CaptureRead(asService(t.Context()), read.ID, nil)
				return err
			}
			_, err := l.VoidRead(asService(t.Context()), read.ID)
			return err
		})
		captured := errs[0] == nil && errors.Is(errs[1], settlement.ErrReadCaptured)
		voided := errs[1] == nil && errors.Is(errs[0], settlement.ErrReadVoided)
		if captured == voided {
			t.Errorf("capture: %v, void: %v", errs[0], errs[1])
		}
	}
	l.mustBalance(t)
}
