package rpc

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// errorDomain is the domain of google.rpc.ErrorInfo on every error of the platform.
const errorDomain = "pcc"

var codeOf = map[apperr.Kind]codes.Code{
	apperr.Internal:           codes.Internal,
	apperr.InvalidArgument:    codes.InvalidArgument,
	apperr.NotFound:           codes.NotFound,
	apperr.AlreadyExists:      codes.AlreadyExists,
	apperr.FailedPrecondition: codes.FailedPrecondition,
	apperr.Aborted:            codes.Aborted,
	apperr.PermissionDenied:   codes.PermissionDenied,
	apperr.Unauthenticated:    codes.Unauthenticated,
	apperr.ResourceExhausted:  codes.ResourceExhausted,
	apperr.Unavailable:        codes.Unavailable,
}

var kindOf = func() map[codes.Code]apperr.Kind {
	m := make(map[codes.Code]apperr.Kind, len(codeOf))
	for k, c := range codeOf {
		m[c] = k
	}
	return m
}()

// ToStatus maps err to the status that leaves the process. An error that is no apperr.Error becomes an opaque INTERNAL;
// a call that the caller cancelled or that ran out of time keeps gRPC's own code.
func ToStatus(err error) *status.Status {
	if e := apperr.As(err); e != nil {
		return withDetails(e)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "the call was cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "the call took too long")
	}
	return withDetails(apperr.New(apperr.Internal, "INTERNAL", "an internal error occurred"))
}

func withDetails(e *apperr.Error) *status.Status {
	st := status.New(codeOf[e.Kind], e.Message)
	info := &errdetails.ErrorInfo{Reason: e.Reason, Domain: errorDomain}
	if e.Field != "" {
		info.Metadata = map[string]string{"field": e.Field}
	}
	detailed, err := st.WithDetails(info)
	if err == nil && e.RetryAfter > 0 {
		detailed, err = detailed.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	if err != nil {
		return st
	}
	return detailed
}

// FromStatus maps a received error back to an *apperr.Error; one that did not come from the platform keeps its code and
// gets the reason UPSTREAM.
func FromStatus(err error) error {
	if err == nil {
		return nil
	}
	// Not status.FromError, which adds the text of what wraps a status, such as gRPC's own account of its retries.
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return err
	}
	st := carrier.GRPCStatus()
	switch st.Code() {
	case codes.Canceled:
		return context.Canceled
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	}
	kind, known := kindOf[st.Code()]
	if !known {
		kind = apperr.Internal
	}
	e := apperr.New(kind, "UPSTREAM", "%s", st.Message())
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			e.Reason, e.Field = d.GetReason(), d.GetMetadata()["field"]
		case *errdetails.RetryInfo:
			e.RetryAfter = d.GetRetryDelay().AsDuration()
		}
	}
	return e
}
