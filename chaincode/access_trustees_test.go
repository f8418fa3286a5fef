package chaincode_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func trustee(id, member string) access.Trustee {
	return access.Trustee{
		ID: id, Member: member, Version: 1, SigningKey: accesstest.New(id).Identity, ExchangeKey: [32]byte{1}, TransportSHA256: model.Hash{2}, Address: id + ":1",
	}
}

// trusteesOf adds a consortium that oem and kba decide for, and three trustees of two members.
func (n *market) trusteesOf() {
	n.t.Helper()
	p := accesstest.Policy(n.t, "evolve * member:oem & member:kba")
	p.ID = access.Consortium
	n.submit("oem", "CreatePolicy", p, accesstest.Member("oem"), accesstest.Member("kba"), accesstest.Member("garage"))
	for id, member := range map[string]string{"t1": "oem", "t2": "oem", "t3": "kba"} {
		n.submit(member, "RegisterTrustee", trustee(id, member), accesstest.Owner(id))
	}
}

func decide() []accesstest.Signer {
	return []accesstest.Signer{accesstest.Member("oem"), accesstest.Member("kba")}
}

func all() []accesstest.Signer {
	return []accesstest.Signer{accesstest.Owner("t1"), accesstest.Owner("t2"), accesstest.Owner("t3")}
}

func proposal(attempt, epoch uint64) access.KeyProposal {
	return access.KeyProposal{
		Purpose: access.KeyForAccess, KeyNumber: 1, Attempt: attempt, Epoch: epoch, Threshold: 2,
		Seats: []access.Seat{{Trustee: "t1", Index: 1}, {Trustee: "t2", Index: 2}, {Trustee: "t3", Index: 3}},
	}
}

func keySet(t *testing.T, p access.KeyProposal) access.KeySet {
	t.Helper()
	k := access.KeySet{
		Purpose: p.Purpose, KeyNumber: p.KeyNumber, Epoch: p.Epoch, Threshold: p.Threshold, PublicKey: [32]byte{9}, Proposal: accesstest.Digest(t, p),
	}
	for _, s := range p.Seats {
		k.Shares = append(k.Shares, access.Share{Seat: s, Verification: [32]byte{byte(s.Index)}})
	}
	return k
}

func TestTrusteesAreTheMembersOwn(t *testing.T) {
	n := newMarket(t)
	n.trusteesOf()
	second := trustee("t1", "oem")
	second.Version, second.Address = 2, "elsewhere:1"
	n.deny(model.ReasonNotPermitted, "kba", "RegisterTrustee", second, accesstest.Owner("t1"))
	n.deny(model.ReasonSignatureInvalid, "oem", "RegisterTrustee", second, accesstest.Owner("t2"))
	n.deny(model.ReasonVersionNotNext, "oem", "RegisterTrustee", trustee("t1", "oem"), accesstest.Owner("t1"))
	late := trustee("t9", "oem")
	late.Version = 2
	n.deny(model.ReasonVersionNotNext, "oem", "RegisterTrustee", late, accesstest.Owner("t9"))
	taken := trustee("t1", "kba")
	taken.Version = 2
	n.deny(model.ReasonTrusteeMember, "kba", "RegisterTrustee", taken, accesstest.Owner("t1"))
	n.submit("oem", "RegisterTrustee", second, accesstest.Owner("t1"))
	if got := n.invoke("KbaMSP", "access:GetTrustee", "t1"); got != accesstest.Text(t, second) {
		t.Errorf("got %s", got)
	}
	var listed []string
	if err := json.Unmarshal([]byte(n.invoke("KbaMSP", "access:ListTrustees", "t1")), &listed); err != nil {
		t.Fatal(err)
	}
	if len(listed) != 2 || listed[0] != accesstest.Text(t, trustee("t2", "oem")) {
		t.Errorf("listed %q", listed)
	}
}

func TestKeysAreMadeAsTheConsortiumAsks(t *testing.T) {
	n := newMarket(t)
	n.trusteesOf()
	first := proposal(1, 1)
	made := keySet(t, first)
	n.deny(model.ReasonKeyNotProposed, "oem", "PublishKeySet", made, all()...)
	n.deny(model.ReasonActionDenied, "oem", "ProposeKeySet", first, accesstest.Member("oem"))
	n.deny(model.ReasonKeySetNotNext, "oem", "ProposeKeySet", proposal(2, 1), decide()...)
	n.deny(model.ReasonKeySetNotNext, "oem", "ProposeKeySet", proposal(1, 2), decide()...)
	second := proposal(1, 1)
	second.KeyNumber = 2
	n.deny(model.ReasonKeySetNotNext, "oem", "ProposeKeySet", second, decide()...)
	stranger := proposal(1, 1)
	stranger.Seats[2].Trustee = "t9"
	n.deny(model.ReasonTrusteeUnknown, "oem", "ProposeKeySet", stranger, decide()...)
	n.submit("garage", "ProposeKeySet", first, decide()...)

	n.deny(model.ReasonSignatureInvalid, "oem", "PublishKeySet", made, all()[:2]...)
	other := made
	other.Threshold = 1
	n.deny(model.ReasonKeyNotProposed, "oem", "PublishKeySet", other, all()...)
	// Only the last attempt counts.
	n.submit("oem", "ProposeKeySet", proposal(2, 1), decide()...)
	n.deny(model.ReasonKeyNotProposed, "oem", "PublishKeySet", made, all()...)
	made = keySet(t, proposal(2, 1))
	made.Shares = made.Shares[:2] // t3 did not take part
	n.submit("garage", "PublishKeySet", made, all()[:2]...)
	n.deny(model.ReasonKeySetNotNext, "garage", "PublishKeySet", made, all()[:2]...)

	// The next epoch keeps the key.
	n.submit("oem", "ProposeKeySet", proposal(3, 2), decide()...)
	reshared := keySet(t, proposal(3, 2))
	stolen := reshared
	stolen.PublicKey = [32]byte{8}
	n.deny(model.ReasonPublicKeyChanged, "oem", "PublishKeySet", stolen, all()...)
	n.submit("oem", "PublishKeySet", reshared, all()...)
	if got := n.invoke("OemMSP", "access:GetKeySet", "access", "1"); got != accesstest.Text(t, reshared) {
		t.Errorf("latest: %s", got)
	}
	if got := n.invoke("OemMSP", "access:GetKeySetEpoch", "access", "1", "1"); got != accesstest.Text(t, made) {
		t.Errorf("epoch 1: %s", got)
	}
	if got := n.invoke("OemMSP", "access:GetKeyProposal", "access", "1"); got != accesstest.Text(t, proposal(3, 2)) {
		t.Errorf("proposal: %s", got)
	}
	var listed []string
	if err := json.Unmarshal([]byte(n.invoke("OemMSP", "access:ListKeySets", "access", "0")), &listed); err != nil || fmt.Sprint(listed) != fmt.Sprint([]string{accesstest.Text(t, reshared)}) {
		t.Errorf("listed %q, %v", listed, err)
	}
	if none := n.invoke("OemMSP", "access:ListKeySets", "access", "1"); none != "[]" {
		t.Errorf("after the last: %s", none)
	}
}

func TestAKeyOfOneHolderComesIn(t *testing.T) {
	n := newMarket(t)
	n.trusteesOf()
	sole := access.KeySet{
		Purpose: access.KeyForTags, KeyNumber: 1, Epoch: 1, Threshold: 1, PublicKey: [32]byte{5},
		Shares: []access.Share{{Seat: access.Seat{Trustee: "t1", Index: 1}, Verification: [32]byte{5}}},
	}
	n.deny(model.ReasonActionDenied, "oem", "PublishKeySet", sole, accesstest.Owner("t1"))
	n.deny(model.ReasonSignatureInvalid, "oem", "PublishKeySet", sole, decide()...)
	n.submit("oem", "PublishKeySet", sole, append(decide(), accesstest.Owner("t1"))...)
	shared := proposal(1, 2)
	shared.Purpose = access.KeyForTags
	n.submit("oem", "ProposeKeySet", shared, decide()...)
	next := keySet(t, shared)
	n.deny(model.ReasonPublicKeyChanged, "oem", "PublishKeySet", next, all()...)
	next.PublicKey = sole.PublicKey
	n.submit("oem", "PublishKeySet", next, all()...)
}

func TestAnswersAreRecorded(t *testing.T) {
	n := newMarket(t)
	n.trusteesOf()
	id, _ := access.ParseHash(n.record(ask(t, asIs)))
	batch := access.Answers{Trustee: "t1", Lines: []access.Answer{{Request: id, SHA256: model.Hash{1}}, {Request: id, SHA256: model.Hash{2}}}}
	n.deny(model.ReasonSignatureInvalid, "oem", "RecordAnswers", batch, accesstest.Owner("t2"))
	n.deny(model.ReasonTrusteeUnknown, "oem", "RecordAnswers", access.Answers{Trustee: "t9", Lines: batch.Lines}, accesstest.Owner("t9"))
	unasked := access.Answers{Trustee: "t1", Lines: []access.Answer{{Request: model.Hash{7}, SHA256: model.Hash{1}}}}
	n.deny(model.ReasonNotFound, "oem", "RecordAnswers", unasked, accesstest.Owner("t1"))
	for range 2 {
		n.submit("garage", "RecordAnswers", batch, accesstest.Owner("t1"))
	}
	other := access.Answers{Trustee: "t3", Lines: batch.Lines[:1]}
	n.submit("garage", "RecordAnswers", other, accesstest.Owner("t3"))
	list := func(after string) (lines []string) {
		if err := json.Unmarshal([]byte(n.invoke("OemMSP", "access:ListAnswers", id.String(), after)), &lines); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	lines := list("")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "t1 "+model.Hash{1}.String()+" ") || !strings.HasPrefix(lines[2], "t3 ") {
		t.Errorf("got %q", lines)
	}
	if rest := list(lines[0]); fmt.Sprint(rest) != fmt.Sprint(lines[1:]) {
		t.Errorf("after the first: %q", rest)
	}
}
