package apperr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

var errSample = apperr.New(apperr.NotFound, "SAMPLE_NOT_FOUND", "no sample %d", 7)

func TestErrorSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("outer: %w", errSample.WithField("name").Wrap(errors.New("secret cause")))
	if !errors.Is(err, errSample) {
		t.Error("errors.Is does not find the sentinel by its reason")
	}
	e := apperr.As(err)
	if e == nil || e.Field != "name" || e.Kind != apperr.NotFound || e.Message != "no sample 7" {
		t.Errorf("As = %+v", e)
	}
	if strings.Contains(e.Message, "secret") {
		t.Error("the cause stands in the message that callers see")
	}
}

func TestCopiesLeaveTheSentinelAsItWas(t *testing.T) {
	_ = errSample.WithField("a").WithRetryAfter(time.Second).Wrap(errors.New("x"))
	if errSample.Field != "" || errSample.RetryAfter != 0 || errors.Unwrap(errSample) != nil {
		t.Errorf("the sentinel changed: %+v", errSample)
	}
}

func TestOtherErrorsHaveNoReason(t *testing.T) {
	if apperr.ReasonOf(errors.New("plain")) != "" || apperr.As(nil) != nil {
		t.Error("a plain error has a reason")
	}
}
