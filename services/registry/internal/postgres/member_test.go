package postgres_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

func TestMemberIsUnique(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	oem, err := f.store.Member(t.Context(), "oem")
	f.must(t, err)
	other, err := pki.NewAuthority("other")
	f.must(t, err)
	candidate := registry.Member{ID: "garage", Class: registry.Garage, MSPID: "GarageMSP", CACertificates: string(other.Certificate())}
	tests := []struct {
		name   string
		change func(*registry.Member)
		want   error
	}{
		{"id", func(m *registry.Member) { m.ID = oem.ID }, registry.ErrMemberExists},
		{"msp", func(m *registry.Member) { m.MSPID = oem.MSPID }, registry.ErrMemberExists},
		{"authority", func(m *registry.Member) { m.CACertificates = oem.CACertificates }, registry.ErrCertificateTaken},
		{"one of two authorities", func(m *registry.Member) { m.CACertificates += oem.CACertificates }, registry.ErrCertificateTaken},
		{"all its own", func(*registry.Member) {}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := candidate
			tt.change(&m)
			err := f.store.InTx(as(t, "oem"), func(tx postgres.Tx) error {
				_, err := f.rules.Admit(t.Context(), tx, m)
				return err
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
	members, err := f.store.Members(t.Context(), "", 10)
	f.must(t, err)
	if len(members) != 2 || members[0].ID != "garage" || members[1].ID != "oem" {
		t.Errorf("members %v", members)
	}
}

func TestStepsCompleteOnceInAnyOrder(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	steps := registry.AdmissionSteps()
	for i := range steps {
		step := steps[len(steps)-1-i]
		for range 2 {
			f.must(t, f.store.InTx(as(t, "oem"), func(tx postgres.Tx) error {
				return tx.CompleteStep(t.Context(), "oem", step)
			}))
		}
	}
	m, err := f.store.Member(t.Context(), "oem")
	f.must(t, err)
	if diff := cmp.Diff(steps, m.Completed); diff != "" || !m.Active() {
		t.Error(diff)
	}
}
