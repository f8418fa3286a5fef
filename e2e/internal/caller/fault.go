package caller

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Fault is why the platform refused a call, over gRPC or REST.
type Fault struct {
	// Code is gRPC's, codes.OK over REST; Status is HTTP's, 0 over gRPC.
	Code          codes.Code
	Status        int
	Reason, Field string
	// Retry is after how long the call may be made again, 0 when that was not said; gRPC's alone.
	Retry time.Duration
	// TraceID is REST's alone.
	TraceID string
}

// Error implements error.
func (f *Fault) Error() string {
	return fmt.Sprintf("refused: code %s, status %d, reason %q, field %q", f.Code, f.Status, f.Reason, f.Field)
}

// FaultOf reads a refusal; for no error and for errors that are no refusal it is the zero Fault with Code Unknown.
func FaultOf(err error) Fault {
	var own *Fault
	if errors.As(err, &own) {
		return *own
	}
	st, ok := status.FromError(err)
	if !ok || st.Code() == codes.OK {
		return Fault{Code: codes.Unknown}
	}
	f := Fault{Code: st.Code()}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			f.Reason, f.Field = d.GetReason(), d.GetMetadata()["field"]
		case *errdetails.RetryInfo:
			f.Retry = d.GetRetryDelay().AsDuration()
		}
	}
	return f
}

// Passing reports whether err tells of a part that is away for a moment: the same call may be made again.
func Passing(err error) bool {
	f := FaultOf(err)
	switch f.Code {
	case codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.DeadlineExceeded:
		return true
	}
	var unreachable *unreachableError
	return errors.As(err, &unreachable) || f.Status == 429 || f.Status == 503 || f.Status == 504
}
