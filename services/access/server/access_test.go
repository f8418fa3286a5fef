package server_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// vehicle is one with a policy of its owner.
type vehicle struct {
	*world
	passport string
	owner    accesskey.Signer
	policy   *accessv1.Policy
}

// owned opens the policy of a new vehicle, through the oem.
func (w *world) owned(t *testing.T) vehicle {
	t.Helper()
	w.t = t
	key, err := accesskey.Generate()
	must(t, err)
	v := vehicle{world: w, passport: "passports/" + uuid.NewString(), owner: key.Itself()}
	w.registry.hold(v.passport, 1, w.members["oem"])
	created, err := w.as("oem").CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: v.passport, OwnerKey: key.String()})
	must(t, err)
	v.policy = created.GetPolicy()
	return v
}

// next is a version after the latest, changed by edit.
func (v *vehicle) next(t *testing.T, edit func(*rules.Policy)) rules.Policy {
	t.Helper()
	p, err := rules.ParsePolicy([]byte(v.policy.GetText()))
	must(t, err)
	hash, err := p.Hash()
	must(t, err)
	p.Version, p.PreviousHash = p.Version+1, hash
	edit(&p)
	return p
}

func TestAccess(t *testing.T) {
	w := newWorld(t)
	t.Run("policies are opened by who serves the holder", w.testOpening)
	t.Run("policies evolve by signatures", w.testEvolution)
	t.Run("requests are the ledger's to decide", w.testRequests)
	t.Run("consents are used and withdrawn", w.testConsents)
	t.Run("a new owner begins anew", w.testOwners)
	t.Run("capsules need a key, and readers a request", w.testCapsules)
	t.Run("a dry run says who could read", w.testDryRun)
	t.Run("roles", w.testRoles)
}

func (w *world) testOpening(t *testing.T) {
	v := w.owned(t)
	again, err := w.as("oem").CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: v.passport, OwnerKey: string(v.owner.As)})
	if err != nil || !proto.Equal(again.GetPolicy(), v.policy) {
		t.Errorf("again: %v, %v", again, err)
	}
	for what, tc := range map[string]struct{ as, passport, key, want string }{
		"another key":      {"oem", v.passport, "", "POLICY_EXISTS"},
		"another member":   {"garage", v.passport, "", "NOT_THE_STEWARD"},
		"another passport": {"oem", "passports/" + uuid.NewString(), "", "PASSPORT_NOT_FOUND"},
		"no UUID":          {"oem", "passports/" + strings.Repeat("-", 36), "", "PASSPORT_NOT_FOUND"},
		"no key":           {"oem", v.passport, "member:oem", "INVALID_FIELD"},
	} {
		_, err := w.as(tc.as).CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: tc.passport, OwnerKey: tc.key})
		wantReason(t, what, err, tc.want)
	}
	got, err := w.as("garage").GetPolicy(t.Context(), &accessv1.GetPolicyRequest{Name: v.policy.GetName()})
	if err != nil || !proto.Equal(got.GetPolicy(), v.policy) {
		t.Errorf("got %v, %v; want %v", got, err, v.policy)
	}
	foreign := strings.Replace(v.policy.GetName(), v.passport, "passports/"+uuid.NewString(), 1)
	_, err = w.as("oem").GetPolicy(t.Context(), &accessv1.GetPolicyRequest{Name: foreign})
	wantReason(t, "under another passport", err, "POLICY_NOT_FOUND")
	_, err = w.as("oem").GetConfidentialTable(t.Context(), &accessv1.GetConfidentialTableRequest{})
	wantReason(t, "no table", err, "RECORD_NOT_FOUND")
}

func (w *world) testEvolution(t *testing.T) {
	v := w.owned(t)
	next := v.next(t, func(p *rules.Policy) { p.ExpiryUnixMilli = time.Now().Add(time.Hour).UnixMilli() })
	evolve := func(next *accessv1.SignedText) (*accessv1.EvolvePolicyResponse, error) {
		return w.as("garage").EvolvePolicy(t.Context(), &accessv1.EvolvePolicyRequest{Name: v.policy.GetName(), Next: next})
	}
	_, err := evolve(signed(t, next, w.member("oem")))
	wantReason(t, "by the steward", err, "ACTION_DENIED")
	_, err = evolve(signed(t, next, accesskey.Signer{As: v.owner.As, Key: w.keys["oem"]}))
	wantReason(t, "forged", err, "SIGNATURE_INVALID")
	_, err = evolve(&accessv1.SignedText{Text: "text"})
	wantReason(t, "no policy", err, "RECORD_MALFORMED")
	asks := v.next(t, func(p *rules.Policy) {
		p.Rules[0].Expression, err = rules.ParseExpression("policy:" + strings.Repeat("9", 32) + "/evolve")
		must(t, err)
	})
	for range 2 {
		evolved, err := evolve(signed(t, next, v.owner))
		if err != nil || evolved.GetPolicy().GetVersion() != 2 || evolved.GetPolicy().GetText() != text(t, next) {
			t.Fatalf("evolved to %v, %v", evolved, err)
		}
	}
	_, err = evolve(signed(t, v.next(t, func(*rules.Policy) {}), v.owner))
	wantReason(t, "another version 2", err, "POLICY_VERSION_STALE")
	_, err = evolve(signed(t, asks, v.owner))
	wantReason(t, "another version 2", err, "POLICY_VERSION_STALE")
	_, err = w.as("oem").RecoverPolicy(t.Context(), &accessv1.RecoverPolicyRequest{Name: v.policy.GetName(), Next: signed(t, next, v.owner)})
	must(t, err) // it is written, whoever wrote it
	old, err := w.as("oem").GetPolicy(t.Context(), &accessv1.GetPolicyRequest{Name: v.policy.GetName(), Version: 1})
	if err != nil || old.GetPolicy().GetText() != v.policy.GetText() {
		t.Errorf("version 1: %v, %v", old, err)
	}
	_, err = w.as("oem").GetPolicy(t.Context(), &accessv1.GetPolicyRequest{Name: v.policy.GetName(), Version: 3})
	wantReason(t, "version 3", err, "POLICY_NOT_FOUND")
}

func (w *world) testRequests(t *testing.T) {
	v := w.owned(t)
	insurer, garage := w.as("insurer"), w.as("garage")
	submit := func(c clients, req *accessv1.SubmitReadRequestRequest) error {
		_, err := c.SubmitReadRequest(t.Context(), req)
		return err
	}
	wantReason(t, "without the owner", submit(insurer, w.request(v.policy, asIs, w.member("insurer"))), "ACTION_DENIED")
	wantReason(t, "in another's name", submit(garage, w.request(v.policy, asIs, w.member("insurer"), v.owner)), "NOT_THE_READER")
	wantReason(t, "of another version", submit(insurer, w.request(v.policy, func(r *rules.ReadRequest) { r.PolicyVersion = 2 }, w.member("insurer"), v.owner)), "POLICY_VERSION_STALE")
	wantReason(t, "expired", submit(insurer, w.request(v.policy, func(r *rules.ReadRequest) { r.ExpiryUnixMilli = 1 }, w.member("insurer"), v.owner)), "READ_REQUEST_EXPIRED")
	unproven := w.request(v.policy, asIs, w.member("insurer"), v.owner)
	unproven.Possession[0] ^= 1
	wantReason(t, "unproven", submit(insurer, unproven), "READER_KEY_UNPROVEN")

	req := w.request(v.policy, asIs, w.member("insurer"), v.owner)
	first, err := insurer.SubmitReadRequest(t.Context(), req)
	must(t, err)
	again, err := insurer.SubmitReadRequest(t.Context(), req)
	if err != nil || !proto.Equal(first, again) {
		t.Errorf("again: %v, %v; want %v", again, err, first)
	}
	r := first.GetReadRequest()
	if r.GetReader() != w.members["insurer"].Name() || r.GetPurpose() != "claim_assessment" || !slices.Contains(r.GetIdentities(), string(v.owner.As)) {
		t.Errorf("recorded %v", r)
	}
	w.wantShown(t, v, r, map[string]int{"oem": 1, "insurer": 1, "garage": 0})

	revocation := signed(t, rules.Revocation{Request: sha256.Sum256([]byte(r.GetText()))}, v.owner)
	_, err = garage.RevokeReadRequest(t.Context(), &accessv1.RevokeReadRequestRequest{Name: r.GetName(), Revocation: revocation})
	wantReason(t, "by who has nothing to do with it", err, "READ_REQUEST_NOT_FOUND")
	other := signed(t, rules.Revocation{Request: model.Hash{1}}, v.owner)
	_, err = w.as("oem").RevokeReadRequest(t.Context(), &accessv1.RevokeReadRequestRequest{Name: r.GetName(), Revocation: other})
	wantReason(t, "of another request", err, "RECORD_MALFORMED")
	for range 2 {
		revoked, err := w.as("oem").RevokeReadRequest(t.Context(), &accessv1.RevokeReadRequestRequest{Name: r.GetName(), Revocation: revocation})
		if err != nil || revoked.GetReadRequest().GetRevokeTime() == nil {
			t.Errorf("revoked: %v, %v", revoked, err)
		}
	}
}

// wantShown lists and gets a request as each member, to whom it is shown or not there.
func (w *world) wantShown(t *testing.T, v vehicle, r *accessv1.ReadRequest, want map[string]int) {
	t.Helper()
	for org, n := range want {
		list, err := w.as(org).ListReadRequests(t.Context(), &accessv1.ListReadRequestsRequest{Parent: v.policy.GetName()})
		if err != nil || len(list.GetReadRequests()) != n || n > 0 && !proto.Equal(list.GetReadRequests()[0], r) || list.GetNextPageToken() != "" {
			t.Errorf("%s sees %v, %v; want %d", org, list, err, n)
		}
		_, err = w.as(org).GetReadRequest(t.Context(), &accessv1.GetReadRequestRequest{Name: r.GetName()})
		wantReason(t, org, err, map[int]string{0: "READ_REQUEST_NOT_FOUND"}[n])
	}
	_, err := w.as("oem").ListReadRequests(t.Context(), &accessv1.ListReadRequestsRequest{Parent: v.policy.GetName(), PageToken: "forged"})
	wantReason(t, "a forged token", err, "INVALID_PAGE_TOKEN")
}

func (w *world) testConsents(t *testing.T) {
	v := w.owned(t)
	policy, err := rules.ParsePolicy([]byte(v.policy.GetText()))
	must(t, err)
	consent := rules.Consent{
		Policy: policy.ID, Owner: v.owner.As, Recipient: w.members["insurer"].ID, Classes: []rules.Class{"damage"},
		ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(),
	}
	content := text(t, consent)
	line := rules.SignedConsent{Consent: consent, Signature: v.owner.Key.Sign([]byte(content))}.String()
	record := func(org, signedText string) (*accessv1.RecordConsentResponse, error) {
		return w.as(org).RecordConsent(t.Context(), &accessv1.RecordConsentRequest{Parent: v.policy.GetName(), SignedText: signedText})
	}
	_, err = record("garage", line)
	wantReason(t, "through another member", err, "NOT_THE_STEWARD")
	_, err = record("oem", rules.SignedConsent{Consent: consent, Signature: w.keys["oem"].Sign([]byte(content))}.String())
	wantReason(t, "forged", err, "SIGNATURE_INVALID")
	recorded, err := record("oem", line)
	must(t, err)
	again, err := record("oem", line)
	if err != nil || !proto.Equal(recorded, again) {
		t.Errorf("again: %v, %v", again, err)
	}
	for org, n := range map[string]int{"oem": 1, "insurer": 1, "garage": 0} {
		list, err := w.as(org).ListConsents(t.Context(), &accessv1.ListConsentsRequest{Parent: v.policy.GetName()})
		if err != nil || len(list.GetConsents()) != n {
			t.Errorf("%s sees %v, %v; want %d", org, list, err, n)
		}
	}

	with := func() *accessv1.SubmitReadRequestRequest {
		req := w.request(v.policy, asIs, w.member("insurer"))
		req.Consents = []string{line}
		return req
	}
	_, err = w.as("insurer").SubmitReadRequest(t.Context(), with())
	must(t, err)
	hash := model.Hash(sha256.Sum256([]byte(content)))
	withdrawal := signed(t, rules.Withdrawal{Consent: hash, Owner: v.owner.As}, v.owner)
	withdraw := func(org string, s *accessv1.SignedText) (*accessv1.WithdrawConsentResponse, error) {
		return w.as(org).WithdrawConsent(t.Context(), &accessv1.WithdrawConsentRequest{Name: recorded.GetConsent().GetName(), Withdrawal: s})
	}
	_, err = withdraw("garage", withdrawal)
	wantReason(t, "unseen", err, "CONSENT_NOT_FOUND")
	_, err = withdraw("oem", signed(t, rules.Withdrawal{Consent: hash, Owner: w.keys["oem"].Identity()}, w.keys["oem"].Itself()))
	wantReason(t, "by another key", err, "RECORD_MALFORMED")
	withdrawn, err := withdraw("oem", withdrawal)
	if err != nil || withdrawn.GetConsent().GetWithdrawTime() == nil {
		t.Errorf("withdrawn %v, %v", withdrawn, err)
	}
	_, err = w.as("insurer").SubmitReadRequest(t.Context(), with())
	wantReason(t, "after the withdrawal", err, "CONSENT_WITHDRAWN")
}

func (w *world) testOwners(t *testing.T) {
	v := w.owned(t)
	w.registry.hold(v.passport, 2, w.members["garage"])
	_, err := w.as("oem").CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: v.passport, OwnerKey: string(v.owner.As)})
	wantReason(t, "the last steward", err, "NOT_THE_STEWARD")
	second, err := w.as("garage").CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: v.passport})
	must(t, err)
	if second.GetPolicy().GetName() == v.policy.GetName() || second.GetPolicy().GetOwnershipPeriod() != 2 {
		t.Errorf("second policy %v", second)
	}
	// The last owner's key opens nothing of the new period, and nobody reads without the new one's.
	_, err = w.as("insurer").SubmitReadRequest(t.Context(), w.request(second.GetPolicy(), asIs, w.member("insurer"), v.owner))
	wantReason(t, "the last owner", err, "ACTION_DENIED")
	_, err = w.as("insurer").SubmitReadRequest(t.Context(), w.request(v.policy, asIs, w.member("insurer"), v.owner))
	must(t, err)
	list, err := w.as("insurer").ListPolicies(t.Context(), &accessv1.ListPoliciesRequest{Parent: v.passport})
	if err != nil || len(list.GetPolicies()) != 2 || !proto.Equal(list.GetPolicies()[0], second.GetPolicy()) || !proto.Equal(list.GetPolicies()[1], v.policy) {
		t.Errorf("policies %v, %v", list, err)
	}
	// Who serves the new holder brings in the key.
	v.policy = second.GetPolicy()
	claimed := v.next(t, func(p *rules.Policy) {
		p.Rules[0].Expression, err = rules.ParseExpression(string(v.owner.As))
		must(t, err)
	})
	_, err = w.as("garage").EvolvePolicy(t.Context(), &accessv1.EvolvePolicyRequest{Name: v.policy.GetName(), Next: signed(t, claimed, w.member("garage"))})
	must(t, err)
}

func (w *world) testDryRun(t *testing.T) {
	v := w.owned(t)
	next := v.next(t, func(p *rules.Policy) {
		expression, err := rules.ParseExpression("member:" + w.members["garage"].ID + " | " + string(v.owner.As))
		must(t, err)
		for i, r := range p.Rules {
			if r.Action == rules.Read("workshop") {
				p.Rules[i].Expression, p.Rules[i].Purposes = expression, []rules.Purpose{"maintenance"}
			}
		}
	})
	run, err := w.as("insurer").DryRunPolicy(t.Context(), &accessv1.DryRunPolicyRequest{Name: v.policy.GetName(), Text: text(t, next)})
	must(t, err)
	if !run.GetComplete() || len(run.GetWays()) != 11 {
		t.Fatalf("%d ways, complete %t", len(run.GetWays()), run.GetComplete())
	}
	for _, way := range run.GetWays() {
		now, then := len(way.GetPurposesNow()), len(way.GetPurposesThen())
		switch {
		case way.GetClass() != "workshop":
			if now != 9 || then != 9 {
				t.Errorf("unchanged is %v", way)
			}
		case slices.Equal(way.GetIdentities(), []string{"member:" + w.members["garage"].ID}):
			if now != 0 || !slices.Equal(way.GetPurposesThen(), []string{"maintenance"}) {
				t.Errorf("the garage's new way is %v", way)
			}
		case now != 9 || then != 1:
			t.Errorf("the owner's way is %v", way)
		}
	}
	_, err = w.as("oem").DryRunPolicy(t.Context(), &accessv1.DryRunPolicyRequest{Name: v.policy.GetName(), Text: "text"})
	wantReason(t, "no policy", err, "RECORD_MALFORMED")
}

func (w *world) testRoles(t *testing.T) {
	v := w.owned(t)
	nobody := w.asPrincipal("oem", "nobody")
	_, err := nobody.GetPolicy(t.Context(), &accessv1.GetPolicyRequest{Name: v.policy.GetName()})
	wantReason(t, "without a role", err, "PERMISSION_DENIED")
	_, err = nobody.CreatePolicy(t.Context(), &accessv1.CreatePolicyRequest{Parent: v.passport})
	wantReason(t, "without a role", err, "PERMISSION_DENIED")
}
