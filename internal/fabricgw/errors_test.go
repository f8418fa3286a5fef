package fabricgw

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refused is how the gateway reports what endorsers said.
func refused(t *testing.T, code codes.Code, messages ...string) error {
	t.Helper()
	s := status.New(code, "failed to endorse transaction, see attached details for more info")
	for _, m := range messages {
		var err error
		if s, err = s.WithDetails(&gateway.ErrorDetail{Address: "peer:1", MspId: "OemMSP", Message: m}); err != nil {
			t.Fatal(err)
		}
	}
	return s.Err()
}

func newClient() *Client {
	return &Client{config: Config{Transient: func(reason string) bool { return reason == "BEHIND" }}}
}

func TestClassify(t *testing.T) {
	cases := map[string]struct {
		err    error
		reason string
		detail string
	}{
		"one endorser":               {refused(t, codes.Aborted, "chaincode response 500, STREAM_SHRANK: epoch 9: it did"), "STREAM_SHRANK", "epoch 9: it did"},
		"evaluation":                 {status.Error(codes.Unknown, "evaluate call to endorser returned error: chaincode response 500, NOT_FOUND: no"), "NOT_FOUND", "no"},
		"final outweighs transient":  {refused(t, codes.Aborted, "chaincode response 500, BEHIND: x", "chaincode response 500, FINAL: y"), "FINAL", "y"},
		"transient":                  {refused(t, codes.Aborted, "unreachable", "chaincode response 500, BEHIND: x"), "BEHIND", "x"},
		"several lines":              {refused(t, codes.Aborted, "chaincode response 500, BAD: a\nb"), "BAD", "a\nb"},
		"a message without a reason": {refused(t, codes.Aborted, "chaincode response 500, Function Fly not found"), "", "Function Fly not found"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, ok := errors.AsType[*ChaincodeError](newClient().classify(c.err))
			if !ok || got.Reason != c.reason || got.Detail != c.detail {
				t.Errorf("got %+v, want %q %q", got, c.reason, c.detail)
			}
		})
	}
	if other := refused(t, codes.Unavailable, "connection refused"); !errors.Is(newClient().classify(other), other) {
		t.Error("an error that is no refusal was changed")
	}
}

func TestPasses(t *testing.T) {
	cases := map[string]struct {
		err  error
		want bool
	}{
		"no set of peers yet":       {refused(t, codes.FailedPrecondition), true},
		"endorsements do not match": {refused(t, codes.Aborted, "ProposalResponsePayloads do not match"), true},
		"unreachable":               {refused(t, codes.Unavailable), true},
		"a call took too long":      {fmt.Errorf("endorse: %w", context.DeadlineExceeded), true},
		"orderer did not answer":    {&client.SubmitError{TransactionError: &client.TransactionError{}}, true},
		"read conflict":             {&InvalidError{Code: "MVCC_READ_CONFLICT"}, true},
		"phantom":                   {&InvalidError{Code: "PHANTOM_READ_CONFLICT"}, true},
		"too few endorsements":      {&InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}, false},
		"transient refusal":         {&ChaincodeError{Reason: "BEHIND"}, true},
		"refusal":                   {&ChaincodeError{Reason: "FINAL"}, false},
		"no right to the channel":   {refused(t, codes.PermissionDenied), false},
		"cancelled by the caller":   {context.Canceled, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := newClient().passes(c.err); got != c.want {
				t.Errorf("passes(%v) = %v, want %v", c.err, got, c.want)
			}
		})
	}
}
