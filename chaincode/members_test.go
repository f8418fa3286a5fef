package chaincode_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
)

func member(id, mspID string, class model.Class) model.MemberRecord {
	return model.MemberRecord{ID: id, MSPID: mspID, Class: class, Status: model.StatusActive, CARootSHA256: model.Hash{1}, Version: 1}
}

func next(t *testing.T, prev model.MemberRecord, edit func(*model.MemberRecord)) model.MemberRecord {
	t.Helper()
	hash, err := prev.Hash()
	if err != nil {
		t.Fatal(err)
	}
	r := prev
	r.Version, r.PreviousHash = prev.Version+1, hash
	edit(&r)
	return r
}

func TestDirectoryIsFoundedByItsFirstMember(t *testing.T) {
	n := newNetwork(t)
	oem, insurer := member("oem", "OemMSP", model.ClassMaker), member("insurer", "InsurerMSP", model.ClassInsurer)

	n.refuse(model.ReasonNotPermitted, "InsurerMSP", "membership:RegisterMember", text(t, oem))
	hash, _ := oem.Hash()
	if got := n.invoke("OemMSP", "membership:RegisterMember", text(t, oem)); got != hash.String() {
		t.Errorf("answer %s, want the record hash %s", got, hash)
	}
	n.refuse(model.ReasonNotAMember, "InsurerMSP", "membership:RegisterMember", text(t, insurer))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, insurer))

	n.refuse(model.ReasonMemberExists, "OemMSP", "membership:RegisterMember", text(t, insurer))
	n.refuse(model.ReasonMSPTaken, "OemMSP", "membership:RegisterMember", text(t, member("other", "InsurerMSP", model.ClassInsurer)))
	n.refuse(model.ReasonMalformed, "OemMSP", "membership:RegisterMember", "oem")
	if want := []string{"member-changed oem 1", "member-changed insurer 1"}; fmt.Sprint(n.Events) != fmt.Sprint(want) {
		t.Errorf("events %v, want %v", n.Events, want)
	}
}

func TestMemberVersionsFollowEachOther(t *testing.T) {
	n := newNetwork(t)
	oem, kba := member("oem", "OemMSP", model.ClassMaker), member("kba", "KbaMSP", model.ClassAuthority)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, oem))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, kba))

	suspended := next(t, oem, suspend)
	n.refuse(model.ReasonNotPermitted, "OemMSP", "membership:ChangeMember", text(t, suspended))
	n.refuse(model.ReasonNotAMember, "GarageMSP", "membership:ChangeMember", text(t, suspended))
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, suspended))
	n.refuse(model.ReasonVersionNotNext, "KbaMSP", "membership:ChangeMember", text(t, suspended))

	n.refuse(model.ReasonNotActive, "OemMSP", "membership:RegisterMember", text(t, member("garage", "GarageMSP", model.ClassGarage)))
	n.refuse(model.ReasonNotFound, "KbaMSP", "membership:ChangeMember", text(t, next(t, member("garage", "GarageMSP", model.ClassGarage), func(*model.MemberRecord) {})))
	if got := n.invoke("OemMSP", "membership:GetMember", "oem"); got != text(t, suspended) {
		t.Errorf("latest version:\n%s\nwant\n%s", got, text(t, suspended))
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "membership:GetMember", "garage")
}

func TestListMembersPages(t *testing.T) {
	n := newNetwork(t)
	founder := member("m000", "M000", model.ClassMaker)
	n.invoke("M000", "membership:RegisterMember", text(t, founder))
	for i := 1; i < 150; i++ {
		n.invoke("M000", "membership:RegisterMember", text(t, member(fmt.Sprintf("m%03d", i), fmt.Sprintf("M%03d", i), model.ClassGarage)))
	}
	rotated := next(t, founder, func(r *model.MemberRecord) { r.CARootSHA256 = model.Hash{2} })
	n.invoke("M000", "membership:ChangeMember", text(t, rotated))

	var first, second []string
	decode(t, n.invoke("M000", "membership:ListMembers", ""), &first)
	decode(t, n.invoke("M000", "membership:ListMembers", "m099"), &second)
	if len(first) != 100 || len(second) != 50 || first[0] != text(t, rotated) {
		t.Fatalf("pages of %d and %d, first:\n%s", len(first), len(second), first[0])
	}
	if r, err := model.ParseMember([]byte(second[0])); err != nil || r.ID != "m100" {
		t.Errorf("second page starts with %s, %v", r.ID, err)
	}
}

func decode(t *testing.T, answer string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(answer), into); err != nil {
		t.Fatal(err)
	}
}
