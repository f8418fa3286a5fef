package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/trustee"
)

// ledger is what trustees ask, in memory. Requests are judged by the contract's own rules.
type ledger struct {
	mutex    sync.Mutex
	policy   access.Policy
	grants   map[model.Hash]access.Grant
	capsules map[model.Hash]bool
	trustees map[string]access.Trustee
	proposal access.KeyProposal
	sets     []access.KeySet
}

// CheckRequest implements trustee.Ledger.
func (l *ledger) CheckRequest(_ context.Context, id model.Hash, at time.Time) (access.Grant, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	grant, found := l.grants[id]
	if !found {
		return access.Grant{}, trustee.ErrNotOnLedger
	}
	return grant, grant.Check(&l.policy, at.UnixMilli(), nil, access.Standing{Active: func(string) (bool, error) { return true, nil }})
}

// Submit records a request as the contract does: signature, proof of possession, time and policy are verified.
func (l *ledger) Submit(r access.ReadRequest, signatures access.Signatures, proof []byte, key access.Identity, at time.Time) (model.Hash, error) {
	id, err := r.Hash()
	if err != nil {
		return id, err
	}
	have, err := signatures.Satisfied(id, func(string) (access.Identity, error) { return key, nil })
	if err != nil {
		return id, err
	}
	if err := errors.Join(r.VerifyPossession(proof), r.CheckTime(at.UnixMilli()),
		l.policy.Permit(access.Read(r.Class), r.Purpose, have, at.UnixMilli(), nil)); err != nil {
		return id, err
	}
	grant := access.Grant{TimeUnixMilli: at.UnixMilli(), Request: r}
	for _, identity := range have {
		grant.Holdings = append(grant.Holdings, access.Holding{Identity: identity})
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.grants[id] = grant
	return id, nil
}

// Registered implements trustee.Ledger.
func (l *ledger) Registered(_ context.Context, capsules []model.Hash) (bool, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return !slices.ContainsFunc(capsules, func(h model.Hash) bool { return !l.capsules[h] }), nil
}

// RecordAnswers implements trustee.Ledger.
func (l *ledger) RecordAnswers(context.Context, access.Answers, access.Signatures) error { return nil }

// Trustees implements trustee.Ledger.
func (l *ledger) Trustees(context.Context) ([]access.Trustee, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Collect(maps.Values(l.trustees)), nil
}

// Proposal implements trustee.Ledger.
func (l *ledger) Proposal(_ context.Context, purpose access.KeyPurpose, number uint64) (access.KeyProposal, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.proposal.Purpose != purpose || l.proposal.KeyNumber != number {
		return access.KeyProposal{}, trustee.ErrNotOnLedger
	}
	return l.proposal, nil
}

// KeySet implements trustee.Ledger.
func (l *ledger) KeySet(_ context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.sets) == 0 || l.sets[len(l.sets)-1].Purpose != purpose || l.sets[len(l.sets)-1].KeyNumber != number {
		return access.KeySet{}, trustee.ErrNotOnLedger
	}
	return l.sets[len(l.sets)-1], nil
}

// PublishKeySet implements trustee.Ledger.
func (l *ledger) PublishKeySet(_ context.Context, set access.KeySet, _ access.Signatures) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var before *access.KeySet
	if len(l.sets) > 0 {
		before = &l.sets[len(l.sets)-1]
	}
	if err := set.CheckNext(before); err != nil {
		return err
	}
	l.sets = append(l.sets, set)
	return nil
}
