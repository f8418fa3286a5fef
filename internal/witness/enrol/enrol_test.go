package enrol_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/witness/enrol"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// directory is a ledger with one member, whose peer refuses some calls before it answers. What a real ledger does is tested
// with the networks of internal/devstack/fabric.
type directory struct {
	record   model.MemberRecord
	refusals []model.Reason
	calls    int
}

func newDirectory(refusals ...model.Reason) *directory {
	return &directory{refusals: refusals, record: model.MemberRecord{
		ID: "oem", MSPID: "OemMSP", Class: model.ClassMaker, Status: model.StatusActive, CARootSHA256: model.Hash{1}, Version: 1,
	}}
}

func (d *directory) refuse() error {
	if d.calls++; d.calls <= len(d.refusals) {
		return &fabricgw.ChaincodeError{Reason: string(d.refusals[d.calls-1])}
	}
	return nil
}

func (d *directory) Evaluate(context.Context, string, ...string) ([]byte, error) {
	if err := d.refuse(); err != nil {
		return nil, err
	}
	return d.record.Canonical()
}

func (d *directory) Submit(_ context.Context, _ string, args ...string) (fabricgw.Result, error) {
	if err := d.refuse(); err != nil {
		return fabricgw.Result{}, err
	}
	next, err := model.ParseMember([]byte(args[0]))
	if err != nil {
		return fabricgw.Result{}, err
	}
	if err := model.ValidateMemberChange(&d.record, next); err != nil {
		return fabricgw.Result{}, err
	}
	d.record = next
	return fabricgw.Result{TxID: "tx"}, nil
}

func TestJoinAndLeave(t *testing.T) {
	d := newDirectory()
	first, second := witnesstest.NewCosigner(t, "w.example").Verifier().String(), witnesstest.NewCosigner(t, "w.example").Verifier().String()
	for i, step := range []struct{ key, wantID string }{{first, "tx"}, {first, ""}, {second, "tx"}, {"", "tx"}, {"", ""}} {
		join := func() (string, error) { return enrol.Join(t.Context(), d, "oem", step.key) }
		if step.key == "" {
			join = func() (string, error) { return enrol.Leave(t.Context(), d, "oem") }
		}
		if id, err := join(); err != nil || id != step.wantID || d.record.WitnessKey != step.key {
			t.Errorf("step %d: %q, %v, key %q", i, id, err, d.record.WitnessKey)
		}
	}
	if d.record.Version != 4 {
		t.Errorf("version %d after three changes", d.record.Version)
	}
}

func TestWhatPassesIsTriedAgain(t *testing.T) {
	key := witnesstest.NewCosigner(t, "w.example").Verifier().String()
	synctest.Test(t, func(t *testing.T) {
		d := newDirectory(model.ReasonNotFound, model.ReasonNotFound, model.ReasonNotAMember)
		if id, err := enrol.Join(t.Context(), d, "oem", key); err != nil || id != "tx" {
			t.Errorf("%q, %v", id, err)
		}
		forever := make([]model.Reason, 1000)
		for i := range forever {
			forever[i] = model.ReasonNotFound
		}
		d = newDirectory(forever...)
		if _, err := enrol.Join(t.Context(), d, "oem", key); !strings.Contains(err.Error(), string(model.ReasonNotFound)) || d.calls > 100 {
			t.Errorf("after %d calls: %v", d.calls, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		d = newDirectory(forever...)
		if _, err := enrol.Join(ctx, d, "oem", key); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestWhatDoesNotPassIsFinal(t *testing.T) {
	d := newDirectory(model.ReasonNotPermitted)
	key := witnesstest.NewCosigner(t, "w.example").Verifier().String()
	_, err := enrol.Join(t.Context(), d, "oem", key)
	if refused, ok := errors.AsType[*fabricgw.ChaincodeError](err); !ok || refused.Reason != string(model.ReasonNotPermitted) || d.calls != 1 {
		t.Errorf("after %d calls: %v", d.calls, err)
	}
	for _, malformed := range []string{"", "-", witnesstest.NewLog(t, "log.example").VerifierKey()} {
		if _, err := enrol.Join(t.Context(), d, "oem", malformed); model.ReasonOf(err) != model.ReasonMalformed || d.calls != 1 {
			t.Errorf("key %q after %d calls: %v", malformed, d.calls, err)
		}
	}
}
