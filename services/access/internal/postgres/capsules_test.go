package postgres_test

import (
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/access"
	"github.com/pcc-platform/pcc/services/access/internal/postgres"
)

// TestACapsuleWaitsUntilTheLedgerHasOrRefusesIt, and readers get it only when the ledger has it.
func TestACapsuleWaitsUntilTheLedgerHasOrRefusesIt(t *testing.T) {
	sources, err := migrations.Sources("access")
	if err != nil {
		t.Fatal(err)
	}
	store := postgres.NewCapsules(testkit.Schema(t, "access", sources...))
	const policy = rules.PolicyID("00112233445566778899aabbccddeeff")
	var hashes []model.Hash
	for i, writer := range []string{"garage", "insurer", "oem"} {
		c := access.Capsule{
			Label: rules.Label{Policy: policy, Class: "workshop", Writer: writer, KeyNumber: 1}, Bytes: threshold.Capsule{byte(i)},
		}
		hash, err := c.Hash()
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, hash)
		for range 2 { // the same capsule is there once
			if err := store.InsertCapsule(t.Context(), c, hash); err != nil {
				t.Fatal(err)
			}
		}
	}
	if waiting, err := store.WaitingCapsules(t.Context(), 10); err != nil || len(waiting) != 3 {
		t.Fatalf("%d wait, %v", len(waiting), err)
	} else if _, err := waiting.Canonical(); err != nil {
		t.Errorf("not in the order of the ledger: %v", err)
	}
	if err := store.MarkRegistered(t.Context(), hashes[:1]); err != nil {
		t.Fatal(err)
	}
	if err := store.MarkRefused(t.Context(), hashes[1], model.ReasonActionDenied); err != nil {
		t.Fatal(err)
	}
	if waiting, err := store.WaitingCapsules(t.Context(), 10); err != nil || len(waiting) != 1 || waiting[0].Hash != hashes[2] {
		t.Errorf("%v wait, %v", waiting, err)
	}
	readable, err := store.CapsulesOf(t.Context(), policy, "workshop")
	if err != nil || len(readable) != 1 || readable[0].Label.Writer != "garage" || readable[0].Bytes != (threshold.Capsule{0}) {
		t.Errorf("readable %v, %v", readable, err)
	}
	if others, err := store.CapsulesOf(t.Context(), policy, "damage"); err != nil || len(others) != 0 {
		t.Errorf("of another class %v, %v", others, err)
	}
}
