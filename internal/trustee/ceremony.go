package trustee

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/dkg"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// askAgain is how often other trustees are asked without news of one's own.
const askAgain = 500 * time.Millisecond

// ceremony is a key in the making.
type ceremony struct {
	id       model.Hash
	proposal access.KeyProposal
	trustees map[string]access.Trustee
	board    *dkg.Board

	mu sync.Mutex
	// digest is the hash of the key set that came of it here; signatures are those over it that verify, by trustee.
	digest     model.Hash
	signatures map[string][]byte
	// changed is closed, and replaced, when signatures change.
	changed chan struct{}
}

// makeKey takes part in what a proposal asks for, if it asks this trustee and for the first time. It returns when the key set is
// published, or the session has failed.
func (t *Trustee) makeKey(ctx context.Context, p access.KeyProposal, current *access.KeySet) error {
	id, err := p.Hash()
	if err != nil {
		return err
	}
	c, session, err := t.prepare(ctx, id, p, current)
	if err != nil || c == nil {
		return err
	}
	if fresh, err := t.Store.begin(id); err != nil || !fresh {
		return err
	}
	// All phases, and as long again for signatures and the ledger.
	ctx, cancel := context.WithTimeout(ctx, 6*t.Patience)
	defer cancel()
	t.enter(c)
	defer t.leave(c)
	var talk sync.WaitGroup
	defer talk.Wait()
	defer cancel()
	for _, other := range c.trustees {
		if other.ID != t.ID {
			talk.Go(func() { t.talk(ctx, c, other) })
		}
	}
	result, err := dkg.Run(ctx, session, c.board, t.Patience)
	if err != nil {
		return fmt.Errorf("trustee: session %s: %w", id, err)
	}
	if len(result.Excluded) > 0 {
		t.Logger.WarnContext(ctx, "trustees are left out of a key", slog.Any("indices", result.Excluded))
	}
	return t.conclude(ctx, c, result)
}

// prepare returns nothing if the trustee has no part in the proposal.
func (t *Trustee) prepare(ctx context.Context, id model.Hash, p access.KeyProposal, current *access.KeySet) (*ceremony, *dkg.Session, error) {
	config := dkg.Config{Session: id, Threshold: int(p.Threshold), Signing: t.keys.Signing, Exchange: t.keys.Exchange}
	records, err := t.Ledger.Trustees(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := &ceremony{id: id, proposal: p, trustees: map[string]access.Trustee{}, signatures: map[string][]byte{}, changed: make(chan struct{})}
	if config.Holders, err = c.seat(records, p.Seats); err != nil {
		return nil, nil, err
	}
	config.Dealers = config.Holders
	if current != nil {
		if config.Dealers, err = c.seat(records, seats(*current)); err != nil {
			return nil, nil, err
		}
		if config.Previous, err = KeySet(*current); err != nil {
			return nil, nil, err
		}
	}
	if config.Index = t.indexIn(p, current); config.Index == 0 {
		return nil, nil, nil
	}
	if current != nil && slices.ContainsFunc(current.Shares, func(s access.Share) bool { return s.Trustee == t.ID }) {
		h, err := t.held(ctx, p.Purpose, p.KeyNumber)
		if err != nil {
			return nil, nil, err
		}
		config.Share = &h.share
	}
	session, err := dkg.NewSession(config)
	if err != nil {
		return nil, nil, err
	}
	c.board = dkg.NewBoard(session)
	return c, session, nil
}

// indexIn is the trustee's place among holders or dealers, 0 if it is neither.
func (t *Trustee) indexIn(p access.KeyProposal, current *access.KeySet) int {
	all := slices.Clone(p.Seats)
	if current != nil {
		all = append(all, seats(*current)...)
	}
	for _, s := range all {
		if s.Trustee == t.ID {
			return int(s.Index)
		}
	}
	return 0
}

func seats(set access.KeySet) (all []access.Seat) {
	for _, s := range set.Shares {
		all = append(all, s.Seat)
	}
	return all
}

// seat looks trustees up, and remembers them.
func (c *ceremony) seat(records []access.Trustee, seats []access.Seat) (parties []dkg.Party, err error) {
	for _, s := range seats {
		at := slices.IndexFunc(records, func(r access.Trustee) bool { return r.ID == s.Trustee })
		if at < 0 {
			return nil, fmt.Errorf("trustee: %s: %w", s.Trustee, ErrNotOnLedger)
		}
		signing, ok := records[at].SigningKey.Ed25519()
		if !ok {
			return nil, fmt.Errorf("trustee: %s has no Ed25519 key", s.Trustee)
		}
		c.trustees[s.Trustee] = records[at]
		parties = append(parties, dkg.Party{Index: int(s.Index), Signing: signing, Exchange: records[at].ExchangeKey})
	}
	return parties, nil
}

// conclude keeps the share, signs the key set, collects the others' signatures and publishes it.
func (t *Trustee) conclude(ctx context.Context, c *ceremony, r *dkg.Result) error {
	if r.Share == nil {
		// A dealer that leaves stays until the others are done, since they may have its packets from nobody else.
		return t.await(ctx, c)
	}
	set := c.record(r.Set)
	digest, err := set.Hash()
	if err != nil {
		return err
	}
	if err := t.Store.putShare(ctx, sharePending, held{set, *r.Share}); err != nil {
		return err
	}
	c.sign(digest, t.ID, ed25519.Sign(t.keys.Signing, digest[:]))
	signatures, err := c.wait(ctx, set)
	if err != nil {
		return err
	}
	if err := t.Ledger.PublishKeySet(ctx, set, signatures); err != nil {
		// Each trustee of the set publishes it, and one is first.
		t.Logger.DebugContext(ctx, "publish a key set", slog.Any("error", err))
	}
	return t.await(ctx, c)
}

// record is the key set as the ledger has it.
func (c *ceremony) record(set threshold.KeySet) access.KeySet {
	out := access.KeySet{
		Purpose: c.proposal.Purpose, KeyNumber: c.proposal.KeyNumber, Epoch: c.proposal.Epoch, Threshold: c.proposal.Threshold,
		PublicKey: set.Public, Proposal: c.id,
	}
	for _, s := range c.proposal.Seats {
		for _, v := range set.Verification {
			if v.Index == int(s.Index) {
				out.Shares = append(out.Shares, access.Share{Seat: s, Verification: v.Key})
			}
		}
	}
	return out
}

// KeySet puts a record into the form in which it is used, and checks that it holds together.
func KeySet(set access.KeySet) (*threshold.KeySet, error) {
	out := threshold.KeySet{
		Number: uint32(set.KeyNumber), Epoch: uint32(set.Epoch), Threshold: int(set.Threshold), Public: set.PublicKey,
	}
	for _, s := range set.Shares {
		out.Verification = append(out.Verification, threshold.VerificationKey{Index: int(s.Index), Key: s.Verification})
	}
	slices.SortFunc(out.Verification, func(a, b threshold.VerificationKey) int { return cmp.Compare(a.Index, b.Index) })
	if err := out.Check(); err != nil {
		return nil, err
	}
	return &out, nil
}

// await returns when the ledger has the epoch, or later ones, and the share of it is in use.
func (t *Trustee) await(ctx context.Context, c *ceremony) error {
	ticker := time.NewTicker(min(t.Poll, askAgain))
	defer ticker.Stop()
	for {
		current, err := optional(t.Ledger.KeySet(ctx, c.proposal.Purpose, c.proposal.KeyNumber))
		if err == nil && current != nil && current.Epoch >= c.proposal.Epoch {
			return t.adopt(ctx, *current)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("trustee: session %s: the key set is not on the ledger: %w", c.id, ctx.Err())
		case <-ticker.C:
		}
	}
}

// talk gives another trustee what this one has, and takes what it has, as long as the ceremony lasts.
func (t *Trustee) talk(ctx context.Context, c *ceremony, other access.Trustee) {
	ticker := time.NewTicker(askAgain)
	defer ticker.Stop()
	for {
		packets, signatures := c.board.Changed(), c.news()
		if answer, err := t.Peers.Exchange(ctx, other, c.message()); err == nil {
			c.take(answer)
		}
		select {
		case <-ctx.Done():
			return
		case <-packets:
		case <-signatures:
		case <-ticker.C:
		}
	}
}

// Exchange is what another trustee's talk calls.
func (t *Trustee) Exchange(_ context.Context, m wire.Exchange) (wire.Exchange, error) {
	t.mu.Lock()
	c := t.sessions[model.Hash(m.Session)]
	t.mu.Unlock()
	if c == nil {
		return wire.Exchange{}, ErrNoSession
	}
	c.take(m)
	return c.message(), nil
}

func (t *Trustee) enter(c *ceremony) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sessions[c.id] = c
}

func (t *Trustee) leave(c *ceremony) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sessions, c.id)
}

func (c *ceremony) message() wire.Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	return wire.Exchange{Session: wire.Hash(c.id), Packets: c.board.All(), Signatures: maps.Clone(c.signatures)}
}

// take keeps what is genuine of a message, and passes over the rest. Signatures that come before the key set is known here come
// again.
func (c *ceremony) take(m wire.Exchange) {
	for _, p := range m.Packets {
		_, _ = c.board.Add(p)
	}
	for id, signature := range m.Signatures {
		c.sign(model.Hash{}, id, signature)
	}
}

// sign keeps a signature over the key set, whose digest is given once.
func (c *ceremony) sign(digest model.Hash, id string, signature []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !digest.IsZero() {
		c.digest = digest
	}
	if c.digest.IsZero() || bytes.Equal(c.signatures[id], signature) || !c.trustees[id].SigningKey.Verify(c.digest, signature) {
		return
	}
	c.signatures[id] = signature
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *ceremony) news() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// wait returns the signatures of all trustees of a key set.
func (c *ceremony) wait(ctx context.Context, set access.KeySet) (access.Signatures, error) {
	for {
		news := c.news()
		if all := c.complete(set); all != nil {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("trustee: session %s: not all trustees signed the same key set: %w", c.id, ctx.Err())
		case <-news:
		}
	}
}

func (c *ceremony) complete(set access.KeySet) (all access.Signatures) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range set.Shares {
		signature := c.signatures[s.Trustee]
		if signature == nil {
			return nil
		}
		all = append(all, access.Signature{Identity: c.trustees[s.Trustee].SigningKey, Bytes: signature})
	}
	slices.SortFunc(all, func(a, b access.Signature) int { return cmp.Compare(a.Identity, b.Identity) })
	return all
}
