package access_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func consent(t *testing.T, edit func(*access.Consent)) access.Consent {
	t.Helper()
	c := access.Consent{
		Policy: accesstest.PolicyID, Owner: accesstest.New("owner").Identity, Recipient: "insurer", Classes: []access.Class{"damage", "workshop"},
		Purposes: []access.Purpose{"claim_assessment"}, ExpiryUnixMilli: now + 1,
	}
	edit(&c)
	return c
}

func TestConsentsCover(t *testing.T) {
	r := accesstest.Request(t)
	for name, tc := range map[string]struct {
		edit func(*access.Consent)
		want model.Reason
	}{
		"this request":    {func(*access.Consent) {}, ""},
		"everybody":       {func(c *access.Consent) { c.Recipient = "*" }, ""},
		"everything":      {func(c *access.Consent) { c.Classes, c.Purposes = nil, nil }, ""},
		"another policy":  {func(c *access.Consent) { c.Policy = id(1) }, model.ReasonConsentMismatch},
		"another reader":  {func(c *access.Consent) { c.Recipient = "oem" }, model.ReasonConsentMismatch},
		"another class":   {func(c *access.Consent) { c.Classes = []access.Class{"usage"} }, model.ReasonConsentMismatch},
		"another purpose": {func(c *access.Consent) { c.Purposes = []access.Purpose{"research"} }, model.ReasonConsentMismatch},
		"until now":       {func(c *access.Consent) { c.ExpiryUnixMilli = now }, model.ReasonConsentExpired},
	} {
		if err := consent(t, tc.edit).Covers(r, now); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestSignedConsents(t *testing.T) {
	c := consent(t, func(*access.Consent) {})
	signed := access.SignedConsent{Consent: c, Signature: accesstest.New("owner").Sign(accesstest.Digest(t, c))}
	got, err := access.ParseSignedConsent(signed.String())
	if err != nil || got.String() != signed.String() {
		t.Errorf("got %v, %v", got, err)
	}
	forged := access.SignedConsent{Consent: c, Signature: accesstest.New("insurer").Sign(accesstest.Digest(t, c))}
	if _, err := access.ParseSignedConsent(forged.String()); model.ReasonOf(err) != model.ReasonSignatureInvalid {
		t.Errorf("signed by another: %v", err)
	}
	widened := signed
	widened.Consent.Recipient = "*"
	if _, err := access.ParseSignedConsent(widened.String()); model.ReasonOf(err) != model.ReasonSignatureInvalid {
		t.Errorf("widened: %v", err)
	}
	for _, text := range []string{"", signed.String() + "\n", signed.String()[1:]} {
		if _, err := access.ParseSignedConsent(text); model.ReasonOf(err) != model.ReasonMalformed {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRequestsHaveABoundedLife(t *testing.T) {
	r := accesstest.Request(t)
	for after, want := range map[time.Duration]model.Reason{
		time.Millisecond: "", access.MaxRequestAge: "", 0: model.ReasonRequestExpired, -time.Hour: model.ReasonRequestExpired,
		access.MaxRequestAge + time.Millisecond: model.ReasonRequestExpired,
	} {
		r.ExpiryUnixMilli = now + after.Milliseconds()
		if err := r.CheckTime(now); model.ReasonOf(err) != want {
			t.Errorf("after %s: got %v, want %q", after, err, want)
		}
	}
}

func TestGrantsAreCheckedAnew(t *testing.T) {
	owner := accesstest.New("owner").Identity
	by := model.Hash{1}
	grant := access.Grant{TimeUnixMilli: now, Request: accesstest.Request(t), Holdings: []access.Holding{
		{Identity: owner, Consent: by, ExpiryUnixMilli: now + 100}, {Identity: "member:insurer"},
	}}
	latest := accesstest.Policy(t, "read:damage * member:* & "+string(owner))
	broken := errors.New("broken")
	type world struct {
		at       int64
		policy   access.Policy
		inactive string
		left     bool // the consent is withdrawn
		err      error
	}
	for name, tc := range map[string]struct {
		edit func(*world)
		want model.Reason
	}{
		"holds":                {func(*world) {}, ""},
		"until it expires":     {func(w *world) { w.at = grant.Request.ExpiryUnixMilli }, model.ReasonRequestExpired},
		"until the consent":    {func(w *world) { w.at = now + 100 }, model.ReasonConsentExpired},
		"until withdrawn":      {func(w *world) { w.left = true }, model.ReasonConsentWithdrawn},
		"of who is suspended":  {func(w *world) { w.inactive = "insurer" }, model.ReasonNotActive},
		"by a later version":   {func(w *world) { w.policy = accesstest.Policy(t, "read:damage * member:insurer"); w.left = true }, ""},
		"refused by a later":   {func(w *world) { w.policy = accesstest.Policy(t, "read:damage * member:kba") }, model.ReasonActionDenied},
		"a purpose taken away": {func(w *world) { w.policy = accesstest.Policy(t, "read:damage research member:*") }, model.ReasonPurposeDenied},
		"an expired policy":    {func(w *world) { w.policy.ExpiryUnixMilli = now }, model.ReasonPolicyExpired},
	} {
		t.Run(name, func(t *testing.T) {
			w := world{at: now, policy: latest}
			tc.edit(&w)
			standing := access.Standing{
				Active: func(member string) (bool, error) { return member != w.inactive, w.err },
				Withdrawn: func(hash model.Hash, key access.Identity) (bool, error) {
					return w.left && hash == by && key == owner, w.err
				},
			}
			if err := grant.Check(&w.policy, w.at, policies{}.load, standing); model.ReasonOf(err) != tc.want {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			w.err = broken
			if err := grant.Check(&w.policy, now, policies{}.load, standing); !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
		})
	}
}
