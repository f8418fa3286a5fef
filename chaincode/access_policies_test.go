package chaincode_test

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func keep(*access.Policy) {}

func TestAccessKeysAreTheMembersOwn(t *testing.T) {
	n := newMarket(t)
	second := access.Key{Member: "garage", Version: 2, Key: accesstest.New("garage 2").Identity}
	n.deny(model.ReasonNotPermitted, "oem", "RegisterAccessKey", second, accesstest.Owner("garage 2"))
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterAccessKey", second)
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterAccessKey", second, accesstest.Owner("garage"))
	// Another's key: whoever signs by it would sign for both.
	stolen := access.Key{Member: "garage", Version: 2, Key: accesstest.New("oem").Identity}
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterAccessKey", stolen, accesstest.Member("garage"))
	late := second
	late.Version = 3
	n.deny(model.ReasonVersionNotNext, "garage", "RegisterAccessKey", late, accesstest.Owner("garage 2"))
	n.submit("garage", "RegisterAccessKey", second, accesstest.Owner("garage 2"))
	n.deny(model.ReasonVersionNotNext, "garage", "RegisterAccessKey", second, accesstest.Owner("garage 2"))
	if got := n.invoke("OemMSP", "access:GetAccessKey", "garage"); got != accesstest.Text(t, second) {
		t.Errorf("got %s", got)
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "access:GetAccessKey", "nobody")

	// The old key signs no more.
	p := accesstest.Next(t, n.policy, keep)
	n.deny(model.ReasonSignatureInvalid, "oem", "EvolvePolicy", p, accesstest.Member("garage"))
}

func TestPoliciesEvolveUnderTheirOwnRule(t *testing.T) {
	n := newMarket(t)
	owner, thief := accesstest.Owner("owner"), accesstest.Owner("thief")
	n.deny(model.ReasonPolicyExists, "oem", "CreatePolicy", n.policy)
	n.deny(model.ReasonVersionNotNext, "oem", "CreatePolicy", accesstest.Next(t, n.policy, keep))

	// Who would be the owner under the next version is not yet.
	taken := accesstest.Next(t, n.policy, func(p *access.Policy) { p.Rules[0].Expression = accesstest.Expression(t, string(thief.As)) })
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", taken)
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", taken, thief)
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", taken, accesstest.Member("kba"), accesstest.Member("oem"))
	n.deny(model.ReasonActionDenied, "oem", "RecoverPolicy", taken, owner)
	n.deny(model.ReasonActionDenied, "kba", "RecoverPolicy", taken, accesstest.Member("kba"))
	forged := accesstest.Sign(t, taken, accesstest.Signer{As: owner.As, Key: thief.Key})
	n.refuse(model.ReasonSignatureInvalid, "OemMSP", "access:EvolvePolicy", accesstest.Text(t, taken), forged.String())

	second := accesstest.Next(t, n.policy, func(p *access.Policy) { p.ExpiryUnixMilli = n.Now.Add(time.Hour).UnixMilli() })
	n.submit("garage", "EvolvePolicy", second, owner)
	// What was signed for after version 1 does not come after version 2.
	n.deny(model.ReasonVersionNotNext, "oem", "EvolvePolicy", accesstest.Next(t, n.policy, keep), owner)
	n.deny(model.ReasonPreviousMismatch, "oem", "EvolvePolicy", accesstest.Next(t, second, func(p *access.Policy) { p.PreviousHash = model.Hash{1} }), owner)
	unknown := accesstest.Next(t, second, func(p *access.Policy) { p.ID = access.Consortium })
	n.deny(model.ReasonPolicyUnknown, "oem", "EvolvePolicy", unknown, owner)

	// An expired policy can be recovered, by two authorities, for an owner who lost the key.
	n.wait(2 * time.Hour)
	third := accesstest.Next(t, second, func(p *access.Policy) {
		p.ExpiryUnixMilli, p.Rules[0].Expression = 0, accesstest.Expression(t, string(thief.As))
	})
	n.submit("oem", "RecoverPolicy", third, accesstest.Member("kba"), accesstest.Member("oem"))
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", accesstest.Next(t, third, keep), owner)
	n.submit("oem", "EvolvePolicy", accesstest.Next(t, third, keep), thief)
	if got := n.invoke("OemMSP", "access:GetPolicyVersion", string(accesstest.PolicyID), "2"); got != accesstest.Text(t, second) {
		t.Errorf("version 2 is %s", got)
	}
	latest, err := access.ParsePolicy([]byte(n.invoke("OemMSP", "access:GetPolicy", string(accesstest.PolicyID))))
	if err != nil || latest.Version != 4 {
		t.Errorf("latest is %+v, %v", latest, err)
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "access:GetPolicy", "x")
	n.refuse(model.ReasonNotFound, "OemMSP", "access:GetPolicyVersion", string(accesstest.PolicyID), "5")
}

// "msp:" is satisfied by who submits, and by nobody's signature.
func TestOrganisationsSignBySubmitting(t *testing.T) {
	n := newMarket(t)
	p := accesstest.Policy(t, "evolve * msp:GarageMSP")
	p.ID = "11111111111111111111111111111111"
	n.submit("oem", "CreatePolicy", p)
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", accesstest.Next(t, p, keep), accesstest.Member("garage"))
	n.submit("garage", "EvolvePolicy", accesstest.Next(t, p, keep))
}

func TestPoliciesThatAskOthers(t *testing.T) {
	n := newMarket(t)
	asks := func(id, other access.PolicyID) access.Policy {
		p := accesstest.Policy(t, "evolve * policy:"+string(other)+"/evolve | member:kba")
		p.ID = id
		return p
	}
	a, b := access.PolicyID("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), access.PolicyID("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
	n.deny(model.ReasonPolicyUnknown, "oem", "CreatePolicy", asks(a, b))
	n.deny(model.ReasonPolicyCycle, "oem", "CreatePolicy", asks(a, a))
	n.submit("oem", "CreatePolicy", asks(a, accesstest.PolicyID))
	n.submit("oem", "CreatePolicy", asks(b, a))
	circle := accesstest.Next(t, n.policy, func(p *access.Policy) { p.Rules[0].Expression = asks(a, b).Rules[0].Expression })
	n.deny(model.ReasonPolicyCycle, "oem", "EvolvePolicy", circle, accesstest.Owner("owner"))

	next := accesstest.Next(t, asks(b, a), keep)
	n.deny(model.ReasonActionDenied, "oem", "EvolvePolicy", next, accesstest.Owner("thief"))
	n.submit("oem", "EvolvePolicy", next, accesstest.Owner("owner"))
}

func TestTheConsortiumIsFoundedByAMajority(t *testing.T) {
	n := newMarket(t)
	p := accesstest.Policy(t, "evolve * 3 of (member:oem, member:insurer, member:garage, member:kba)")
	p.ID = access.Consortium
	table := access.ConfidentialTable{Version: 1, Fields: []access.ConfidentialField{{EventType: "pcc.events.v1.Repair", Field: "note"}}}
	oem, insurer, garage, kba := accesstest.Member("oem"), accesstest.Member("insurer"), accesstest.Member("garage"), accesstest.Member("kba")
	n.deny(model.ReasonPolicyUnknown, "oem", "SetConfidentialTable", table, oem, insurer, garage, kba)

	n.deny(model.ReasonActionDenied, "oem", "CreatePolicy", p)
	n.deny(model.ReasonActionDenied, "oem", "CreatePolicy", p, oem, insurer)
	n.deny(model.ReasonActionDenied, "oem", "CreatePolicy", p, oem, accesstest.Owner("insurer"), accesstest.Owner("garage"), accesstest.Owner("kba"))
	n.submit("oem", "CreatePolicy", p, oem, insurer, garage)

	n.deny(model.ReasonActionDenied, "oem", "SetConfidentialTable", table, oem, insurer)
	n.submit("oem", "SetConfidentialTable", table, oem, insurer, garage)
	n.deny(model.ReasonVersionNotNext, "oem", "SetConfidentialTable", table, oem, insurer, garage)
	if got := n.invoke("OemMSP", "access:GetConfidentialTable"); got != accesstest.Text(t, table) {
		t.Errorf("got %s", got)
	}
	// Who is suspended counts on neither side, and its signature refuses the text.
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("insurer"), suspend)))
	n.deny(model.ReasonNotActive, "oem", "EvolvePolicy", accesstest.Next(t, p, keep), oem, insurer, garage)
	n.submit("oem", "EvolvePolicy", accesstest.Next(t, p, keep), oem, kba, garage)
}

// A submitter chooses its transaction's time, but not one at which a policy had not expired or a quota was not used up.
func TestTimesThatSubmittersMakeUp(t *testing.T) {
	n := newMarket(t)
	next := accesstest.Next(t, n.policy, keep)
	for _, off := range []time.Duration{-11 * time.Minute, 11 * time.Minute, -24 * time.Hour} {
		n.Now = n.Clock.Add(off)
		n.deny(model.ReasonClockSkew, "oem", "EvolvePolicy", next, accesstest.Owner("owner"))
	}
	n.Now = n.Clock.Add(-9 * time.Minute)
	n.submit("oem", "EvolvePolicy", next, accesstest.Owner("owner"))
}

func TestWhoIsNoActiveMemberSubmitsNothing(t *testing.T) {
	n := newMarket(t)
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), suspend)))
	p := accesstest.Next(t, n.policy, keep)
	n.deny(model.ReasonNotActive, "garage", "EvolvePolicy", p, accesstest.Owner("owner"))
	n.refuse(model.ReasonNotAMember, "OtherMSP", "access:EvolvePolicy", accesstest.Text(t, p), accesstest.Sign(t, p, accesstest.Owner("owner")).String())
	for _, function := range []string{
		"RegisterAccessKey", "CreatePolicy", "RecoverPolicy", "WithdrawConsent", "RevokeRequest", "RegisterCapsules", "RegisterTrustee", "ProposeKeySet",
		"PublishKeySet", "RecordAnswers", "SetConfidentialTable",
	} {
		n.refuse(model.ReasonNotActive, "GarageMSP", "access:"+function, "", "")
		n.refuse(model.ReasonMalformed, "OemMSP", "access:"+function, "", "")
	}
	n.refuse(model.ReasonNotActive, "GarageMSP", "access:RecordConsent", "")
	n.refuse(model.ReasonNotActive, "GarageMSP", "access:SubmitRequest", "", "", "[]", "")
}
