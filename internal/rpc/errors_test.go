package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/rpc"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// fails makes GetMember answer with err.
func (f *fixture) fails(err error) {
	f.onGet(func(context.Context, *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
		return nil, err
	})
}

func TestEveryKindCrossesTheWire(t *testing.T) {
	f := newFixture(t)
	for kind := apperr.Internal; kind <= apperr.Unavailable; kind++ {
		sent := apperr.New(kind, fmt.Sprintf("REASON_%d", kind), "sentence %d", kind).WithField("a.b[1]").WithRetryAfter(1500 * time.Millisecond)
		f.fails(fmt.Errorf("outer: %w", sent.Wrap(errors.New("secret cause"))))
		got := apperr.As(f.getMember(t.Context(), "members/oem"))
		if got == nil || *got != *sent {
			t.Errorf("kind %d comes back as %#v, want %#v", kind, got, sent)
		}
	}
}

func TestOtherErrorsAreOpaque(t *testing.T) {
	f := newFixture(t)
	f.fails(errors.New("secret cause"))
	err := f.getMember(t.Context(), "members/oem")
	wantError(t, err, apperr.Internal, "INTERNAL", "")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the cause left the server: %v", err)
	}
	if log := f.log.String(); !strings.Contains(log, "secret cause") || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the cause is not logged:\n%s", log)
	}
}

func TestFromStatus(t *testing.T) {
	own := errors.New("not a status")
	for name, c := range map[string]struct{ in, want error }{
		"nil":       {nil, nil},
		"no status": {own, own},
		"cancelled": {status.Error(codes.Canceled, "x"), context.Canceled},
		"too late":  {status.Error(codes.DeadlineExceeded, "x"), context.DeadlineExceeded},
		"foreign":   {status.Error(codes.Unavailable, "x"), apperr.New(apperr.Unavailable, "UPSTREAM", "")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rpc.FromStatus(c.in); !errors.Is(got, c.want) {
				t.Errorf("FromStatus = %v, want %v", got, c.want)
			}
		})
	}
	wantError(t, rpc.FromStatus(status.Error(codes.DataLoss, "x")), apperr.Internal, "UPSTREAM", "")
}

func TestTheCallersEndKeepsItsCode(t *testing.T) {
	for err, want := range map[error]codes.Code{
		context.Canceled: codes.Canceled,
		fmt.Errorf("x: %w", context.DeadlineExceeded):  codes.DeadlineExceeded,
		status.Error(codes.NotFound, "raw statuses"):   codes.Internal,
		apperr.New(apperr.NotFound, "A", "of nothing"): codes.NotFound,
	} {
		if got := rpc.ToStatus(err).Code(); got != want {
			t.Errorf("ToStatus(%v) = %s, want %s", err, got, want)
		}
	}
}
