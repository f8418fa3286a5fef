package chaincode_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func TestRequestsAreRecordedAndChecked(t *testing.T) {
	n := newMarket(t)
	a := ask(t, asIs)
	id := n.record(a)
	if id != accesstest.Digest(t, a.request).String() || n.Events[len(n.Events)-1] != "read-requested "+id {
		t.Errorf("recorded as %s with %v", id, n.Events)
	}
	g, err := access.ParseGrant([]byte(n.check(id, n.Now)))
	if err != nil || g.TimeUnixMilli != n.Now.UnixMilli() || len(g.Holdings) != 3 || accesstest.Text(t, g.Request) != accesstest.Text(t, a.request) {
		t.Errorf("grant %+v, %v", g, err)
	}
	n.refuseCheck(model.ReasonNotFound, strings.Repeat("0", 64), n.Now)
	n.refuseCheck(model.ReasonRequestExpired, id, time.UnixMilli(a.request.ExpiryUnixMilli))
	n.check(id, time.UnixMilli(a.request.ExpiryUnixMilli-1))
}

func TestRequestsThatAreRefused(t *testing.T) {
	n := newMarket(t)
	n.record(ask(t, func(a *asking) { a.request.Nonce[0] = 1 }))
	insurer, owner, garage := accesstest.Member("insurer"), accesstest.Owner("owner"), accesstest.Member("garage")
	for name, tc := range map[string]struct {
		edit func(*asking)
		want model.Reason
	}{
		"replayed":           {func(a *asking) { a.request.Nonce[0] = 1 }, model.ReasonRequestExists},
		"without the owner":  {func(a *asking) { a.signers = []accesstest.Signer{insurer} }, model.ReasonActionDenied},
		"without the reader": {func(a *asking) { a.signers = []accesstest.Signer{owner} }, model.ReasonSignatureInvalid},
		"signed by another":  {func(a *asking) { a.signers = []accesstest.Signer{owner, garage} }, model.ReasonSignatureInvalid},
		"in another's name": {func(a *asking) {
			a.signers = []accesstest.Signer{owner, {As: insurer.As, Key: garage.Key}}
		}, model.ReasonSignatureInvalid},
		"by a thief": {func(a *asking) {
			a.signers = []accesstest.Signer{insurer, {As: owner.As, Key: accesstest.New("thief")}}
		}, model.ReasonSignatureInvalid},
		"for a wrong purpose":  {func(a *asking) { a.request.Purpose = "research" }, model.ReasonPurposeDenied},
		"of another class":     {func(a *asking) { a.request.Class = "usage" }, model.ReasonActionDenied},
		"of another policy":    {func(a *asking) { a.request.Policy = access.PolicyID(strings.Repeat("9", 32)) }, model.ReasonPolicyUnknown},
		"of a later version":   {func(a *asking) { a.request.PolicyVersion = 2 }, model.ReasonPolicyStale},
		"expired":              {func(a *asking) { a.request.ExpiryUnixMilli = n.Now.UnixMilli() }, model.ReasonRequestExpired},
		"for too long":         {func(a *asking) { a.request.ExpiryUnixMilli = n.Now.Add(access.MaxRequestAge + time.Second).UnixMilli() }, model.ReasonRequestExpired},
		"with another's proof": {func(a *asking) { a.proof = make([]byte, 64) }, model.ReasonReaderUnproven},
		"of who is none": {func(a *asking) {
			a.request.Reader = "nobody"
			a.signers = []accesstest.Signer{owner, accesstest.Member("nobody")}
		}, model.ReasonNotActive},
	} {
		t.Run(name, func(t *testing.T) {
			n.t = t
			n.refuse(tc.want, "InsurerMSP", n.args(ask(t, tc.edit))...)
		})
	}
	n.t = t
	n.record(ask(t, asIs))
}

// A policy that evolves applies to what was recorded before, and what was signed for its old version is refused.
func TestRequestsUnderAnEvolvedPolicy(t *testing.T) {
	n := newMarket(t)
	id := n.record(ask(t, asIs))
	second := accesstest.Next(t, n.policy, func(p *access.Policy) {
		for i, r := range p.Rules {
			if r.Action.IsRead() {
				p.Rules[i].Purposes = []access.Purpose{"underwriting"}
			}
		}
	})
	n.submit("oem", "EvolvePolicy", second, accesstest.Owner("owner"))
	n.refuseCheck(model.ReasonPurposeDenied, id, n.Now)
	n.refuse(model.ReasonPolicyStale, "InsurerMSP", n.args(ask(t, func(a *asking) { a.request.Nonce[0] = 2 }))...)

	third := accesstest.Next(t, second, func(p *access.Policy) { p.Rules = p.Rules[:1] })
	n.submit("oem", "EvolvePolicy", third, accesstest.Owner("owner"))
	n.refuseCheck(model.ReasonActionDenied, id, n.Now)

	fourth := accesstest.Next(t, third, func(p *access.Policy) { p.Rules = n.policy.Rules })
	n.submit("oem", "EvolvePolicy", fourth, accesstest.Owner("owner"))
	n.check(id, n.Now)
}

func TestRevocation(t *testing.T) {
	n := newMarket(t)
	owned, own := n.record(ask(t, asIs)), n.record(ask(t, func(a *asking) { a.request.Nonce[0] = 3 }))
	revoke := func(id string) access.Revocation {
		hash, ok := access.ParseHash(id)
		if !ok {
			t.Fatal(id)
		}
		return access.Revocation{Request: hash}
	}
	n.deny(model.ReasonNotFound, "oem", "RevokeRequest", access.Revocation{Request: model.Hash{1}}, accesstest.Owner("owner"))
	n.deny(model.ReasonActionDenied, "garage", "RevokeRequest", revoke(owned), accesstest.Member("garage"))
	n.submit("garage", "RevokeRequest", revoke(owned), accesstest.Owner("owner"))
	n.refuseCheck(model.ReasonRequestRevoked, owned, n.Now)
	n.deny(model.ReasonRequestRevoked, "garage", "RevokeRequest", revoke(owned), accesstest.Owner("owner"))
	n.check(own, n.Now)
	n.submit("insurer", "RevokeRequest", revoke(own), accesstest.Member("insurer"))
	n.refuseCheck(model.ReasonRequestRevoked, own, n.Now)
	// A revoked request is not recorded again.
	n.refuse(model.ReasonRequestExists, "InsurerMSP", n.args(ask(t, asIs))...)
	var recorded struct {
		Grant   string `json:"grant"`
		Revoked int64  `json:"revoked_unix_milli"`
	}
	if err := json.Unmarshal([]byte(n.invoke("OemMSP", "access:GetRequest", own)), &recorded); err != nil || recorded.Revoked != n.Now.UnixMilli() {
		t.Errorf("got %+v, %v", recorded, err)
	}
}

// signedConsent is the owner's for the insurer and damage, changed by edit.
func signedConsent(t *testing.T, n *market, edit func(*access.Consent)) access.SignedConsent {
	t.Helper()
	c := access.Consent{
		Policy: accesstest.PolicyID, Owner: accesstest.New("owner").Identity, Recipient: "insurer", Classes: []access.Class{"damage"},
		ExpiryUnixMilli: n.Now.Add(time.Hour).UnixMilli(),
	}
	edit(&c)
	return access.SignedConsent{Consent: c, Signature: accesstest.New("owner").Sign(accesstest.Digest(t, c))}
}

func TestConsentsStandForTheOwner(t *testing.T) {
	n := newMarket(t)
	var nonce byte
	with := func(consents ...access.SignedConsent) asking {
		nonce++
		return ask(t, func(a *asking) {
			a.request.Nonce[1] = nonce
			a.request.ExpiryUnixMilli = n.Now.Add(48 * time.Hour).UnixMilli()
			a.signers, a.consents = a.signers[:1], consents
		})
	}
	consent := signedConsent(t, n, func(*access.Consent) {})
	hash := accesstest.Digest(t, consent.Consent)
	for range 2 {
		if got := n.invoke("OemMSP", "access:RecordConsent", hash.String()); got != "" {
			t.Errorf("answer %q", got)
		}
	}
	n.refuse(model.ReasonMalformed, "OemMSP", "access:RecordConsent", "00")

	id := n.record(with(consent))
	n.check(id, n.Now)
	n.refuseCheck(model.ReasonConsentExpired, id, n.Now.Add(time.Hour))
	n.refuse(model.ReasonConsentMismatch, "OemMSP", n.args(with(signedConsent(t, n, func(c *access.Consent) { c.Recipient = "garage" })))...)
	n.refuse(model.ReasonConsentExpired, "OemMSP", n.args(with(signedConsent(t, n, func(c *access.Consent) { c.ExpiryUnixMilli = n.Now.UnixMilli() })))...)
	forged := consent
	forged.Signature = accesstest.New("insurer").Sign(hash)
	n.refuse(model.ReasonSignatureInvalid, "OemMSP", n.args(with(forged))...)
	n.refuse(model.ReasonMalformed, "OemMSP", n.args(with(consent, consent, consent, consent, consent))...)
	// A consent of a key that the policy does not ask for is of no use.
	other := access.SignedConsent{Consent: consent.Consent}
	other.Consent.Owner = accesstest.New("thief").Identity
	other.Signature = accesstest.New("thief").Sign(accesstest.Digest(t, other.Consent))
	n.refuse(model.ReasonActionDenied, "OemMSP", n.args(with(other))...)
	n.record(with(other, consent))

	// Another key withdraws nothing.
	n.submit("insurer", "WithdrawConsent", access.Withdrawal{Consent: hash, Owner: accesstest.New("thief").Identity}, accesstest.Owner("thief"))
	n.check(id, n.Now)
	withdrawal := access.Withdrawal{Consent: hash, Owner: accesstest.New("owner").Identity}
	n.deny(model.ReasonSignatureInvalid, "insurer", "WithdrawConsent", withdrawal, accesstest.Owner("thief"))
	n.submit("garage", "WithdrawConsent", withdrawal, accesstest.Owner("owner"))
	n.submit("garage", "WithdrawConsent", withdrawal, accesstest.Owner("owner"))
	n.refuseCheck(model.ReasonConsentWithdrawn, id, n.Now)
	n.refuse(model.ReasonConsentWithdrawn, "OemMSP", n.args(with(consent))...)
	// The owner's own signature counts whatever became of a consent.
	again := ask(t, func(a *asking) { a.request.Nonce[2], a.consents = 1, []access.SignedConsent{consent} })
	n.check(n.record(again), n.Now)
}

func TestWhoIsSuspendedIsNotAnswered(t *testing.T) {
	n := newMarket(t)
	id := n.record(ask(t, asIs))
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("insurer"), suspend)))
	n.refuseCheck(model.ReasonNotActive, id, n.Now)
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("insurer"), reinstate)))
	n.check(id, n.Now)
}

func TestQuota(t *testing.T) {
	n := newMarket(t)
	send := func(i int) asking {
		return ask(t, func(a *asking) {
			a.request.Nonce[0], a.request.Nonce[1] = byte(i), byte(i>>8)
			a.request.ExpiryUnixMilli = n.Now.Add(time.Minute).UnixMilli()
		})
	}
	for i := range access.RequestsPerDay {
		n.record(send(i))
	}
	n.refuse(model.ReasonQuotaExceeded, "InsurerMSP", n.args(send(access.RequestsPerDay))...)
	// Another member has its own, and the next day is another one.
	kba := send(access.RequestsPerDay)
	kba.request.Reader, kba.signers = "kba", []accesstest.Signer{accesstest.Member("kba")}
	n.record(kba)
	n.wait(24 * time.Hour)
	n.record(send(0))
}

func TestRequestsOfAPolicyAreListed(t *testing.T) {
	n := newMarket(t)
	var want []string
	for i := range 52 {
		n.wait(time.Millisecond)
		want = append(want, n.record(ask(t, func(a *asking) { a.request.Nonce[0] = byte(i) })))
	}
	var got []string
	after := ""
	for _, size := range []int{50, 2, 0} {
		var page []struct{ Grant string }
		if err := json.Unmarshal([]byte(n.invoke("OemMSP", "access:ListRequests", string(accesstest.PolicyID), after)), &page); err != nil || len(page) != size {
			t.Fatalf("%d requests, %v; want %d", len(page), err, size)
		}
		for _, r := range page {
			g, err := access.ParseGrant([]byte(r.Grant))
			if err != nil {
				t.Fatal(err)
			}
			after = accesstest.Digest(t, g.Request).String()
			got = append(got, after)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if none := n.invoke("OemMSP", "access:ListRequests", string(access.Consortium), ""); none != "[]" {
		t.Errorf("of another policy: %s", none)
	}
}

func TestCapsules(t *testing.T) {
	n := newMarket(t)
	label := access.Label{Policy: accesstest.PolicyID, Class: "damage", Writer: "garage", KeyNumber: 1}
	one := func(hash byte, edit func(*access.Label)) access.Capsules {
		l := label
		edit(&l)
		return access.Capsules{{Hash: model.Hash{hash}, Label: l}}
	}
	garage, insurer := accesstest.Member("garage"), accesstest.Member("insurer")
	same := func(*access.Label) {}
	n.submit("oem", "RegisterCapsules", append(one(1, same), one(2, same)...), garage)
	n.deny(model.ReasonCapsuleExists, "garage", "RegisterCapsules", one(1, same), garage)
	n.deny(model.ReasonCapsuleExists, "garage", "RegisterCapsules", append(one(2, same), one(3, same)...), garage)
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterCapsules", one(3, same))
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterCapsules", one(3, same), insurer)
	n.deny(model.ReasonActionDenied, "insurer", "RegisterCapsules", one(3, func(l *access.Label) { l.Writer = "insurer" }), insurer)
	n.deny(model.ReasonActionDenied, "garage", "RegisterCapsules", one(3, func(l *access.Label) { l.Class = "usage" }), garage)
	n.deny(model.ReasonPolicyUnknown, "garage", "RegisterCapsules", one(3, func(l *access.Label) { l.Policy = access.Consortium }), garage)
	// The right of one of two writers is not the other's.
	both := append(one(3, same), one(4, func(l *access.Label) { l.Writer = "insurer" })...)
	n.deny(model.ReasonSignatureInvalid, "garage", "RegisterCapsules", both, garage)
	n.deny(model.ReasonActionDenied, "garage", "RegisterCapsules", both, garage, insurer)

	hashes, err := json.Marshal([]string{model.Hash{1}.String(), model.Hash{9}.String()})
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	if err := json.Unmarshal([]byte(n.invoke("OemMSP", "access:GetCapsules", string(hashes))), &labels); err != nil {
		t.Fatal(err)
	}
	if len(labels) != 2 || labels[0] != accesstest.Text(t, label) || labels[1] != "" {
		t.Errorf("got %q", labels)
	}
	many, err := json.Marshal(make([]string, access.MaxCapsules+1))
	if err != nil {
		t.Fatal(err)
	}
	n.refuse(model.ReasonMalformed, "OemMSP", "access:GetCapsules", string(many))
}

// An organisation that a policy names writes on behalf of members that do not sign.
func TestCapsulesOnBehalfOfTheirWriters(t *testing.T) {
	n := newMarket(t)
	p := accesstest.Policy(t, "write:damage * member:garage | msp:OemMSP")
	p.ID = "11111111111111111111111111111111"
	n.submit("oem", "CreatePolicy", p)
	batch := access.Capsules{
		{Hash: model.Hash{1}, Label: access.Label{Policy: p.ID, Class: "damage", Writer: "garage", KeyNumber: 1}},
		{Hash: model.Hash{2}, Label: access.Label{Policy: p.ID, Class: "damage", Writer: "insurer", KeyNumber: 1}},
	}
	n.deny(model.ReasonSignatureInvalid, "insurer", "RegisterCapsules", batch)
	n.submit("oem", "RegisterCapsules", batch)
	n.deny(model.ReasonCapsuleExists, "oem", "RegisterCapsules", batch)
}

// Every key is written once, whatever happens, so that requests of a block do not conflict.
func TestNoKeyIsWrittenTwice(t *testing.T) {
	n := newMarket(t)
	before := map[string]string{}
	check := func() {
		t.Helper()
		for key, value := range n.State {
			if old, found := before[key]; found && old != string(value) {
				t.Errorf("%s was written again", key)
			}
			before[key] = string(value)
		}
	}
	check()
	consent := signedConsent(t, n, func(*access.Consent) {})
	for i := range 40 {
		n.wait(time.Second)
		id := n.record(ask(t, func(a *asking) { a.request.Nonce[0], a.consents = byte(i), []access.SignedConsent{consent} }))
		hash, _ := access.ParseHash(id)
		n.submit("insurer", "RevokeRequest", access.Revocation{Request: hash}, accesstest.Member("insurer"))
		n.invoke("OemMSP", "access:RecordConsent", accesstest.Digest(t, consent.Consent).String())
		check()
	}
	n.submit("oem", "EvolvePolicy", accesstest.Next(t, n.policy, keep), accesstest.Owner("owner"))
	n.submit("oem", "WithdrawConsent", access.Withdrawal{Consent: model.Hash{1}, Owner: accesstest.New("owner").Identity}, accesstest.Owner("owner"))
	check()
}
