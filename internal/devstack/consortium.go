package devstack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/daemon"
	"github.com/pcc-platform/pcc/internal/trustee/onledger"
)

const (
	foundTimeout = time.Minute
	foundPoll    = 200 * time.Millisecond
)

// FoundConsortium has the admitted development members register their access keys, decide how they decide (two of three), and ask
// their trustees for the key of confidential data. It returns when the key is there. What was done before stays.
func (l Layout) FoundConsortium(ctx context.Context) (access.KeySet, error) {
	ctx, cancel := context.WithTimeout(ctx, foundTimeout)
	defer cancel()
	f, err := l.founders()
	if err != nil {
		return access.KeySet{}, err
	}
	defer f.close()
	if err := f.registerKeys(ctx); err != nil {
		return access.KeySet{}, fmt.Errorf("devstack: access keys: %w", err)
	}
	if err := f.decide(ctx); err != nil {
		return access.KeySet{}, fmt.Errorf("devstack: policy of the consortium: %w", err)
	}
	set, err := f.makeKey(ctx, access.KeyForAccess)
	if err != nil {
		return access.KeySet{}, fmt.Errorf("devstack: key of confidential data: %w", err)
	}
	return set, nil
}

// founders are the development members with their keys, each on its own peer.
type founders struct {
	keys   map[string]accesskey.Key
	ledger map[string]onledger.Ledger
	closes []func() error
}

func (l Layout) founders() (_ *founders, err error) {
	f := &founders{keys: map[string]accesskey.Key{}, ledger: map[string]onledger.Ledger{}}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	for _, t := range DevTrustees() {
		if _, known := f.ledger[t.Member]; known {
			continue
		}
		var cfg daemon.Config
		if err := config.Load(l.trusteeConfigFile(t.ID), &cfg); err != nil {
			return nil, err
		}
		peer, err := daemon.Connect(cfg.Ledger)
		if err != nil {
			return nil, err
		}
		f.closes = append(f.closes, peer.Close)
		f.ledger[t.Member] = onledger.New(peer)
		if f.keys[t.Member], err = accesskey.Read(l.AccessKeyFile(t.Member)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *founders) close() {
	for _, c := range f.closes {
		_ = c() // nothing is under way
	}
}

// any is some member's ledger: what it says is the same.
func (f *founders) any() onledger.Ledger { return f.ledger[anchorOrg] }

func (f *founders) registerKeys(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for member, ledger := range f.ledger {
		group.Go(func() error {
			if _, err := ledger.AccessKey(ctx, member); !errors.Is(err, trustee.ErrNotOnLedger) {
				return err
			}
			record := access.Key{Member: member, Version: 1, Key: f.keys[member].Identity()}
			return put(ctx, ledger, "RegisterAccessKey", record, f.keys[member].Itself())
		})
	}
	return group.Wait()
}

// decide gives the consortium its policy: two of the three members decide.
func (f *founders) decide(ctx context.Context) error {
	if _, err := f.any().Policy(ctx, access.Consortium); !errors.Is(err, trustee.ErrNotOnLedger) {
		return err
	}
	var members []string
	for _, m := range DevMembers() {
		members = append(members, string(access.Member(m.ID)))
	}
	slices.Sort(members)
	rule, err := access.ParseExpression(fmt.Sprintf("%d of (%s)", len(members)/2+1, strings.Join(members, ", ")))
	if err != nil {
		return err
	}
	policy := access.Policy{ID: access.Consortium, Version: 1, Rules: []access.Rule{{Action: access.Evolve, Expression: rule}}}
	return put(ctx, f.any(), "CreatePolicy", policy, f.all()...)
}

func (f *founders) all() (signers []accesskey.Signer) {
	for member, key := range f.keys {
		signers = append(signers, key.Member(member))
	}
	return signers
}

// makeKey proposes the first key of a purpose to all trustees once they have registered, and waits for its set.
func (f *founders) makeKey(ctx context.Context, purpose access.KeyPurpose) (set access.KeySet, err error) {
	proposed := false
	ticker := time.NewTicker(foundPoll)
	defer ticker.Stop()
	for {
		if set, err = f.any().KeySet(ctx, purpose, 1); !errors.Is(err, trustee.ErrNotOnLedger) {
			return set, err
		}
		if !proposed {
			if proposed, err = f.propose(ctx, purpose); err != nil {
				return set, err
			}
		}
		select {
		case <-ctx.Done():
			return set, ctx.Err()
		case <-ticker.C:
		}
	}
}

// propose reports false as long as not all trustees are registered.
func (f *founders) propose(ctx context.Context, purpose access.KeyPurpose) (bool, error) {
	registered, err := f.any().Trustees(ctx)
	if err != nil || len(registered) < len(DevTrustees()) {
		return false, err
	}
	before, err := f.any().Proposal(ctx, purpose, 1)
	if err != nil && !errors.Is(err, trustee.ErrNotOnLedger) {
		return false, err
	}
	p := access.KeyProposal{Purpose: purpose, KeyNumber: 1, Attempt: before.Attempt + 1, Epoch: 1, Threshold: DevThreshold}
	for i, t := range DevTrustees() {
		p.Seats = append(p.Seats, access.Seat{Trustee: t.ID, Index: uint64(i + 1)})
	}
	return true, put(ctx, f.any(), "ProposeKeySet", p, f.all()...)
}

func put(ctx context.Context, ledger onledger.Ledger, function string, record onledger.Record, signers ...accesskey.Signer) error {
	text, err := record.Canonical()
	if err != nil {
		return err
	}
	return ledger.Put(ctx, function, record, accesskey.Sign(text, signers...))
}
