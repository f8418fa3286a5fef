package trustee

import (
	"context"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// Open answers a request to read with what the trustee's share makes of capsules, sealed to the reader. The ledger is asked
// each time, also for an answer that was given before.
func (t *Trustee) Open(ctx context.Context, q wire.OpenRequest) (wire.OpenResponse, error) {
	id := model.Hash(q.Request)
	grant, err := t.Ledger.CheckRequest(ctx, id, t.Clock())
	if err != nil {
		return wire.OpenResponse{}, fmt.Errorf("trustee: check the request: %w", err)
	}
	number, err := t.permitted(ctx, grant.Request, q.Capsules)
	if err != nil {
		return wire.OpenResponse{}, err
	}
	question := q.Question()
	answer, err := t.Store.answered(id, question)
	if err != nil {
		return wire.OpenResponse{}, err
	}
	if answer == nil {
		if answer, err = t.answer(ctx, grant.Request, number, q); err != nil {
			return wire.OpenResponse{}, err
		}
		if err := t.Store.keepAnswer(grant.Request, id, question, *answer); err != nil {
			return wire.OpenResponse{}, err
		}
	}
	return wire.OpenResponse{Trustee: t.ID, Sealed: answer.Sealed, Signature: answer.Signature}, nil
}

// permitted checks that capsules are of the request's policy and class, of one key, and on the ledger, and returns the key's
// number. Their proofs are checked where the share is used.
func (t *Trustee) permitted(ctx context.Context, r access.ReadRequest, capsules []wire.Capsule) (uint64, error) {
	if len(capsules) == 0 || len(capsules) > threshold.MaxCapsules {
		return 0, ErrMalformed
	}
	hashes := make([]model.Hash, len(capsules))
	var number uint64
	for i, c := range capsules {
		label, err := access.ParseLabel([]byte(c.Label))
		if err != nil {
			return 0, ErrMalformed.Wrap(err)
		}
		if label.Policy != r.Policy || label.Class != r.Class || i > 0 && label.KeyNumber != number {
			return 0, ErrCapsulesRefused
		}
		number = label.KeyNumber
		if hashes[i], err = access.CapsuleHash(label, c.Capsule); err != nil {
			return 0, ErrMalformed.Wrap(err)
		}
	}
	registered, err := t.Ledger.Registered(ctx, hashes)
	if err != nil {
		return 0, fmt.Errorf("trustee: look for the capsules: %w", err)
	}
	if !registered {
		return 0, ErrCapsulesRefused
	}
	return number, nil
}

// answer uses the share, and seals what comes of it to the reader's key.
func (t *Trustee) answer(ctx context.Context, r access.ReadRequest, number uint64, q wire.OpenRequest) (*opening.Answer, error) {
	h, err := t.held(ctx, access.KeyForAccess, number)
	if err != nil {
		return nil, err
	}
	capsules, err := q.Labelled()
	if err != nil {
		return nil, ErrMalformed.Wrap(err)
	}
	reader, err := readerkey.ParsePublic(readerkey.Kind(r.KEM), r.ReaderKey)
	if err != nil {
		return nil, ErrMalformed.Wrap(err)
	}
	answer, err := opening.Make(h.share, capsules, model.Hash(q.Request), t.ID, reader, t.keys.Signing)
	if errors.Is(err, threshold.ErrCapsule) || errors.Is(err, threshold.ErrEncoding) {
		return nil, ErrCapsulesRefused.Wrap(err)
	}
	return &answer, err
}
