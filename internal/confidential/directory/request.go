package directory

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/readerkey"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// maxConsents bounds the consents that are looked through for a request.
const maxConsents = 1000

// Wish is what a reader wants to open.
type Wish struct {
	// Policy is the ownership period's, "passports/{passport}/policies/{policy}".
	Policy  string
	Class   access.Class
	Purpose access.Purpose
	// Member is the reader, Signer its access key.
	Member string
	Signer accesskey.Key
	// Others sign, too, such as the owner.
	Others []accesskey.Signer
	Kind   readerkey.Kind
	// Lifetime is how long trustees answer, MaxAnswers how often each.
	Lifetime   time.Duration
	MaxAnswers uint64
}

// Request records a request to read on the ledger, with the consents that cover it, under a key that is made for it. It returns the
// request's name and the secret key of 32 bytes. Errors are those of SubmitReadRequest.
func (d *Directory) Request(ctx context.Context, w Wish) (name string, secret []byte, err error) {
	key, err := readerkey.Generate(w.Kind)
	if err != nil {
		return "", nil, err
	}
	if secret, err = key.Bytes(); err != nil {
		return "", nil, err
	}
	r, err := d.draft(ctx, w, key)
	if err != nil {
		return "", nil, err
	}
	text, err := r.Canonical()
	if err != nil {
		return "", nil, fmt.Errorf("directory: request: %w", err)
	}
	id, err := r.Hash()
	if err != nil {
		return "", nil, fmt.Errorf("directory: request: %w", err)
	}
	proof, err := prove(w.Kind, secret, id)
	if err != nil {
		return "", nil, err
	}
	consents, err := d.covering(ctx, w.Policy, r)
	if err != nil {
		return "", nil, err
	}
	resp, err := d.requests.SubmitReadRequest(ctx, &accessv1.SubmitReadRequestRequest{
		Parent:   w.Policy,
		Request:  &accessv1.SignedText{Text: string(text), Signatures: accesskey.Sign(text, append(w.Others, w.Signer.Member(w.Member))...).String()},
		Consents: consents, Possession: proof,
	})
	return resp.GetReadRequest().GetName(), secret, err
}

// draft is the request under the policy's latest version.
func (d *Directory) draft(ctx context.Context, w Wish, key readerkey.Private) (access.ReadRequest, error) {
	resp, err := d.policies.GetPolicy(ctx, &accessv1.GetPolicyRequest{Name: w.Policy})
	if err != nil {
		return access.ReadRequest{}, err
	}
	policy, err := access.ParsePolicy([]byte(resp.GetPolicy().GetText()))
	if err != nil {
		return access.ReadRequest{}, fmt.Errorf("directory: policy: %w", err)
	}
	r := access.ReadRequest{
		Policy: policy.ID, PolicyVersion: policy.Version, Class: w.Class, Reader: w.Member, KEM: access.KEM(w.Kind), ReaderKey: key.Public(),
		Purpose: w.Purpose, ExpiryUnixMilli: time.Now().Add(w.Lifetime).UnixMilli(), MaxAnswers: w.MaxAnswers,
	}
	_, err = rand.Read(r.Nonce[:])
	return r, err
}

// prove shows that the reader holds the secret half of the request's key.
func prove(kind readerkey.Kind, secret []byte, request model.Hash) ([]byte, error) {
	part, err := possession.XWing(secret)
	if kind == readerkey.X25519 {
		part, err = ecdh.X25519().NewPrivateKey(secret)
	}
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return possession.Prove(part, request)
}

// covering returns the consents given to the reader that cover a request, as many as one takes.
func (d *Directory) covering(ctx context.Context, policy string, r access.ReadRequest) ([]string, error) {
	var covering []string
	req := &accessv1.ListConsentsRequest{Parent: policy}
	for seen := 0; seen < maxConsents && len(covering) < access.MaxConsents; {
		page, err := d.consents.ListConsents(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, c := range page.GetConsents() {
			seen++
			signed, err := access.ParseSignedConsent(c.GetSignedText())
			if err != nil || c.GetWithdrawTime() != nil || len(covering) == access.MaxConsents {
				continue
			}
			if signed.Consent.Covers(r, time.Now().UnixMilli()) == nil {
				covering = append(covering, c.GetSignedText())
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.GetPageToken() == "" {
			break
		}
	}
	return covering, nil
}

// LatestPolicy returns the name of the policy of a passport's present period, "passports/{passport}/policies/{policy}".
func (d *Directory) LatestPolicy(ctx context.Context, passport string) (string, error) {
	resp, err := d.policies.ListPolicies(ctx, &accessv1.ListPoliciesRequest{Parent: passport})
	if err != nil {
		return "", err
	}
	if len(resp.GetPolicies()) == 0 {
		return "", ErrNoPolicy
	}
	return resp.GetPolicies()[0].GetName(), nil
}
