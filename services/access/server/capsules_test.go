package server_test

import (
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/apperr"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// testCapsules has no trustees: what they make possible is tried end to end.
func (w *world) testCapsules(t *testing.T) {
	v := w.owned(t)
	garage := accessv1.NewCapsuleServiceClient(w.Dial(w.members["garage"], "admin"))
	wantReason := func(what string, err error, reason string) {
		t.Helper()
		if e := apperr.As(err); e == nil || e.Reason != reason {
			t.Errorf("%s: %v, want %s", what, err, reason)
		}
	}
	_, err := garage.GetSealingTarget(t.Context(), &accessv1.GetSealingTargetRequest{Passport: v.passport})
	wantReason("a target without trustees", err, "NO_COLLECTIVE_KEY")
	_, err = garage.GetSealingTarget(t.Context(), &accessv1.GetSealingTargetRequest{Passport: "passports/00000000-0000-4000-8000-000000000000"})
	wantReason("a target of no passport", err, "PASSPORT_NOT_FOUND")
	_, err = garage.RegisterCapsule(t.Context(), &accessv1.RegisterCapsuleRequest{
		Passport: v.passport, Capsule: &accessv1.Capsule{Label: "text", Capsule: make([]byte, 128)}, RecipientKey: make([]byte, 32), Context: make([]byte, 32),
	})
	wantReason("a capsule that is none", err, "CAPSULE_INVALID")

	insurer := accessv1.NewCapsuleServiceClient(w.Dial(w.members["insurer"], "admin"))
	_, err = insurer.OpenRead(t.Context(), &accessv1.OpenReadRequest{Name: v.policy.GetName() + "/readRequests/" + strings.Repeat("0", 64)})
	wantReason("a read without a request", err, "READ_REQUEST_NOT_FOUND")
}
