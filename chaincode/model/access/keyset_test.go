package access_test

import (
	"testing"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func proposal() access.KeyProposal {
	return access.KeyProposal{
		Purpose: access.KeyForAccess, KeyNumber: 1, Attempt: 1, Epoch: 1, Threshold: 2,
		Seats: []access.Seat{{Trustee: "a", Index: 1}, {Trustee: "b", Index: 2}, {Trustee: "c", Index: 3}},
	}
}

// made is the set that the proposal asks for, changed by edit.
func made(t *testing.T, p access.KeyProposal, edit func(*access.KeySet)) access.KeySet {
	t.Helper()
	k := access.KeySet{
		Purpose: p.Purpose, KeyNumber: p.KeyNumber, Epoch: p.Epoch, Threshold: p.Threshold, PublicKey: [32]byte{1}, Proposal: accesstest.Digest(t, p),
	}
	for _, s := range p.Seats {
		k.Shares = append(k.Shares, access.Share{Seat: s, Verification: [32]byte{byte(s.Index)}})
	}
	edit(&k)
	return k
}

func TestKeySetsAreWhatWasProposed(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*access.KeySet)
		want model.Reason
	}{
		"all of it":          {func(*access.KeySet) {}, ""},
		"one did not":        {func(k *access.KeySet) { k.Shares = k.Shares[:2] }, ""},
		"another seat":       {func(k *access.KeySet) { k.Shares[0].Index = 9 }, model.ReasonKeyNotProposed},
		"another trustee":    {func(k *access.KeySet) { k.Shares[2].Trustee = "d" }, model.ReasonKeyNotProposed},
		"another threshold":  {func(k *access.KeySet) { k.Threshold = 1 }, model.ReasonKeyNotProposed},
		"another key":        {func(k *access.KeySet) { k.KeyNumber = 2 }, model.ReasonKeyNotProposed},
		"another purpose":    {func(k *access.KeySet) { k.Purpose = access.KeyForTags }, model.ReasonKeyNotProposed},
		"another epoch":      {func(k *access.KeySet) { k.Epoch = 2 }, model.ReasonKeyNotProposed},
		"another proposal's": {func(k *access.KeySet) { k.Proposal[0] ^= 1 }, model.ReasonKeyNotProposed},
	} {
		if err := made(t, proposal(), tc.edit).CheckProposal(proposal()); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestEpochsOfAKeyFollow(t *testing.T) {
	first := made(t, proposal(), func(*access.KeySet) {})
	second := func(edit func(*access.KeySet)) access.KeySet {
		return made(t, proposal(), func(k *access.KeySet) { k.Epoch = 2; edit(k) })
	}
	for name, tc := range map[string]struct {
		prev *access.KeySet
		next access.KeySet
		want model.Reason
	}{
		"the first":        {nil, first, ""},
		"the second":       {&first, second(func(*access.KeySet) {}), ""},
		"again":            {&first, first, model.ReasonKeySetNotNext},
		"too early":        {nil, second(func(*access.KeySet) {}), model.ReasonKeySetNotNext},
		"another key":      {&first, second(func(k *access.KeySet) { k.PublicKey[0] ^= 1 }), model.ReasonPublicKeyChanged},
		"of one holder":    {nil, made(t, proposal(), func(k *access.KeySet) { k.Proposal = model.Hash{} }), ""},
		"back to a holder": {&first, second(func(k *access.KeySet) { k.Proposal = model.Hash{} }), model.ReasonKeySetNotNext},
	} {
		if err := tc.next.CheckNext(tc.prev); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestTablesFollow(t *testing.T) {
	first := access.ConfidentialTable{Version: 1}
	second := access.ConfidentialTable{Version: 2, PreviousHash: accesstest.Digest(t, first)}
	for name, tc := range map[string]struct {
		prev, next access.ConfidentialTable
		want       model.Reason
	}{
		"the first":     {access.ConfidentialTable{}, first, ""},
		"the second":    {first, second, ""},
		"again":         {first, first, model.ReasonVersionNotNext},
		"too early":     {access.ConfidentialTable{}, second, model.ReasonVersionNotNext},
		"after another": {first, access.ConfidentialTable{Version: 2, PreviousHash: model.Hash{1}}, model.ReasonPreviousMismatch},
		"malformed":     {first, access.ConfidentialTable{Version: 2}, model.ReasonMalformed},
	} {
		if err := tc.prev.CheckNext(tc.next); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}
