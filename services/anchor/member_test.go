package anchor_test

import (
	"errors"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/services/anchor"
)

func newMember(t *testing.T) anchor.Member {
	t.Helper()
	authority, err := pki.NewAuthority("oem")
	if err != nil {
		t.Fatal(err)
	}
	return anchor.Member{ID: "oem", MSPID: "OemMSP", Class: model.ClassMaker, CACertificates: string(authority.Certificate())}
}

func TestRegisterIsIdempotent(t *testing.T) {
	l, m := &ledger{}, newMember(t)
	r := anchor.Registrar{Ledger: l}
	if id, err := r.Register(t.Context(), m); err != nil || id != "tx-oem" {
		t.Fatalf("first: %q, %v", id, err)
	}
	if id, err := r.Register(t.Context(), m); err != nil || id != "" {
		t.Errorf("again: %q, %v; want no transaction and no error", id, err)
	}
	record, err := model.ParseMember([]byte(l.members["oem"]))
	if err != nil || record.Status != model.StatusActive || record.Version != 1 || record.CARootSHA256.IsZero() {
		t.Errorf("on the ledger: %+v, %v", record, err)
	}
}

func TestRegisterRefusesOtherContent(t *testing.T) {
	r, m := anchor.Registrar{Ledger: &ledger{}}, newMember(t)
	if _, err := r.Register(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.CACertificates = newMember(t).CACertificates
	if _, err := r.Register(t.Context(), m); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("other authority: %v, want ErrDiverged", err)
	}
	m.CACertificates = "no certificate"
	if _, err := r.Register(t.Context(), m); err == nil {
		t.Error("a member without authority was accepted")
	}
}
