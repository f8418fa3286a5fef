package voprf

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// platform stands for the member in calls that no member made.
const platform = "platform"

// Trustee is where a trustee answers.
type Trustee struct {
	ID, Address string
	Certificate model.Hash
}

// Trustees are the consortium's holders of the tag key. They count what is evaluated for each member.
type Trustees struct {
	public  threshold.Element
	number  uint64
	clients map[string]*wire.Client

	mu  sync.Mutex
	set *access.KeySet
}

// NewTrustees returns the holders of a tag key with a number and a public key. Own is the vault's certificate.
func NewTrustees(public threshold.Element, number uint64, own tls.Certificate, trustees []Trustee) *Trustees {
	t := &Trustees{public: public, number: number, clients: map[string]*wire.Client{}}
	for _, one := range trustees {
		t.clients[one.ID] = wire.NewClient(one.Address, one.Certificate, &own)
	}
	return t
}

// Public implements Holders.
func (t *Trustees) Public() threshold.Element { return t.public }

// KeySet implements Holders. Of what the trustees say it takes the newest set that is of the public key: who says it does not matter.
func (t *Trustees) KeySet(ctx context.Context, renewed bool) (threshold.KeySet, error) {
	set, err := t.record(ctx, renewed)
	if err != nil {
		return threshold.KeySet{}, err
	}
	keys, err := trustee.KeySet(set)
	if err != nil {
		return threshold.KeySet{}, err
	}
	return *keys, nil
}

func (t *Trustees) record(ctx context.Context, renewed bool) (access.KeySet, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.set != nil && !renewed {
		return *t.set, nil
	}
	var errs []error
	var newest *access.KeySet
	for _, client := range t.clients {
		set, err := client.KeySet(ctx, access.KeyForTags, t.number)
		if err == nil && set.PublicKey != t.public {
			err = threshold.ErrKeySet
		}
		if err == nil {
			_, err = trustee.KeySet(set)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if newest == nil || set.Epoch > newest.Epoch {
			newest = &set
		}
	}
	if newest == nil {
		return access.KeySet{}, fmt.Errorf("voprf: no trustee has a share of the tag key: %w", errors.Join(errs...))
	}
	t.set = newest
	return *newest, nil
}

// Evaluate implements Holders.
func (t *Trustees) Evaluate(ctx context.Context, index int, blinded []threshold.Element) (p threshold.Partial, err error) {
	answer, err := t.ask(ctx, index, false, blinded)
	if err != nil {
		return p, err
	}
	err = p.UnmarshalBinary(answer.Partial)
	return p, err
}

// Show implements Holders.
func (t *Trustees) Show(ctx context.Context, index int, blinded threshold.Element) (threshold.Shown, error) {
	answer, err := t.ask(ctx, index, true, []threshold.Element{blinded})
	if err != nil {
		return threshold.Shown{}, err
	}
	return answer.Shown.Decode()
}

func (t *Trustees) ask(ctx context.Context, index int, shown bool, blinded []threshold.Element) (wire.EvaluateResponse, error) {
	set, err := t.record(ctx, false)
	if err != nil {
		return wire.EvaluateResponse{}, err
	}
	for _, share := range set.Shares {
		if client := t.clients[share.Trustee]; int(share.Index) == index && client != nil {
			return client.Evaluate(ctx, wire.NewEvaluateRequest(t.number, memberOf(ctx), shown, blinded))
		}
	}
	return wire.EvaluateResponse{}, fmt.Errorf("voprf: the address of trustee %d is not configured", index)
}

// memberOf is whose quota an evaluation counts against: that of the member that called, or of the platform.
func memberOf(ctx context.Context) string {
	if member := authn.FromContext(ctx).Member; member != "" {
		return member
	}
	return platform
}
