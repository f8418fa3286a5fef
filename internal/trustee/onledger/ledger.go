// Package onledger is the trustees' ledger on Fabric: the contract "access", asked of the trustee's own peer.
package onledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/trustee"
)

const (
	contract = "access:"
	// maxPages bounds the pages of trustees that are read.
	maxPages = 64
)

// Chaincode is a channel's chaincode on one peer, such as a *fabricgw.Client.
type Chaincode interface {
	Evaluate(ctx context.Context, function string, args ...string) ([]byte, error)
	Submit(ctx context.Context, function string, args ...string) (fabricgw.Result, error)
}

// Ledger implements trustee.Ledger.
type Ledger struct{ chaincode Chaincode }

// New returns the ledger behind a peer.
func New(c Chaincode) Ledger { return Ledger{c} }

// CheckRequest implements trustee.Ledger.
func (l Ledger) CheckRequest(ctx context.Context, id model.Hash, at time.Time) (access.Grant, error) {
	return get(ctx, l, access.ParseGrant, "CheckRequest", id.String(), strconv.FormatInt(at.UnixMilli(), 10))
}

// Registered implements trustee.Ledger.
func (l Ledger) Registered(ctx context.Context, capsules []model.Hash) (bool, error) {
	hashes := make([]string, len(capsules))
	for i, h := range capsules {
		hashes[i] = h.String()
	}
	list, err := json.Marshal(hashes)
	if err != nil {
		return false, fmt.Errorf("onledger: %w", err)
	}
	labels, err := l.list(ctx, "GetCapsules", string(list))
	return len(labels) == len(hashes) && !slices.Contains(labels, ""), err
}

// RecordAnswers implements trustee.Ledger.
func (l Ledger) RecordAnswers(ctx context.Context, a access.Answers, s access.Signatures) error {
	return l.Put(ctx, "RecordAnswers", a, s)
}

// Trustees implements trustee.Ledger.
func (l Ledger) Trustees(ctx context.Context) (all []access.Trustee, err error) {
	after := ""
	for range maxPages {
		page, err := l.list(ctx, "ListTrustees", after)
		if err != nil || len(page) == 0 {
			return all, err
		}
		for _, text := range page {
			t, err := access.ParseTrustee([]byte(text))
			if err != nil {
				return nil, fmt.Errorf("onledger: trustee: %w", err)
			}
			all, after = append(all, t), t.ID
		}
	}
	return nil, errors.New("onledger: too many trustees")
}

// Trustee returns one's latest version, or trustee.ErrNotOnLedger.
func (l Ledger) Trustee(ctx context.Context, id string) (access.Trustee, error) {
	return get(ctx, l, access.ParseTrustee, "GetTrustee", id)
}

// Proposal implements trustee.Ledger.
func (l Ledger) Proposal(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeyProposal, error) {
	return get(ctx, l, access.ParseKeyProposal, "GetKeyProposal", string(purpose), strconv.FormatUint(number, 10))
}

// KeySet implements trustee.Ledger.
func (l Ledger) KeySet(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error) {
	return get(ctx, l, access.ParseKeySet, "GetKeySet", string(purpose), strconv.FormatUint(number, 10))
}

// PublishKeySet implements trustee.Ledger.
func (l Ledger) PublishKeySet(ctx context.Context, set access.KeySet, s access.Signatures) error {
	return l.Put(ctx, "PublishKeySet", set, s)
}

// AccessKey returns a member's latest access key, or trustee.ErrNotOnLedger.
func (l Ledger) AccessKey(ctx context.Context, member string) (access.Key, error) {
	return get(ctx, l, access.ParseKey, "GetAccessKey", member)
}

// Policy returns a policy's latest version, or trustee.ErrNotOnLedger.
func (l Ledger) Policy(ctx context.Context, id access.PolicyID) (access.Policy, error) {
	return get(ctx, l, access.ParsePolicy, "GetPolicy", string(id))
}

// Record is what is written with signatures over its text.
type Record interface{ Canonical() ([]byte, error) }

// Put submits a record by the function that takes it. Refusals are *apperr.Error.
func (l Ledger) Put(ctx context.Context, function string, r Record, s access.Signatures) error {
	text, err := r.Canonical()
	if err != nil {
		return err
	}
	_, err = l.chaincode.Submit(ctx, contract+function, string(text), s.String())
	return refusal(err)
}

func get[T any](ctx context.Context, l Ledger, parse func([]byte) (T, error), function string, args ...string) (v T, err error) {
	text, err := l.chaincode.Evaluate(ctx, contract+function, args...)
	if err != nil {
		return v, refusal(err)
	}
	return parse(text)
}

func (l Ledger) list(ctx context.Context, function string, args ...string) (page []string, err error) {
	raw, err := l.chaincode.Evaluate(ctx, contract+function, args...)
	if err != nil {
		return nil, refusal(err)
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return nil, fmt.Errorf("onledger: %s: %w", function, err)
	}
	return page, nil
}

// refusal keeps the contract's reason, and tells what is not there.
func refusal(err error) error {
	refused, ok := errors.AsType[*fabricgw.ChaincodeError](err)
	switch {
	case !ok || refused.Reason == "":
		return err
	case refused.Reason == string(model.ReasonNotFound):
		return apperr.New(apperr.NotFound, refused.Reason, "the ledger has no such record").Wrap(trustee.ErrNotOnLedger)
	default:
		return apperr.New(apperr.FailedPrecondition, refused.Reason, "the ledger refuses it").Wrap(err)
	}
}
