// Package reader opens confidential fields for whom a request on the ledger allows it: it asks the trustees, takes the vault's
// shreds, derives the class keys of both and opens events with them.
package reader

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Errors of reading.
var (
	// ErrForeignCapsule says that a capsule is not under the request's policy and class, or for another collective key.
	ErrForeignCapsule = errors.New("reader: a capsule that the request does not cover")
	// ErrShreds says that the vault's shreds are not for this request.
	ErrShreds = errors.New("reader: the shreds do not open")
	// ErrNoKey says that an event is sealed under a capsule that was not opened.
	ErrNoKey = errors.New("reader: the event is sealed under a capsule that was not opened")
)

// Request is a request that the ledger has, with its reader's key.
type Request struct {
	Text access.ReadRequest
	Key  readerkey.Private
}

// Capsule is a capsule with its label.
type Capsule struct {
	Label access.Label
	Bytes threshold.Capsule
}

// Keys are class keys by their capsules.
type Keys map[confidential.CapsuleHash]*confidential.ClassKey

// Open returns the class keys of at most 256 capsules, and which trustees failed. shreds are as the vault sealed them, in the order of
// the capsules. Errors wrap ErrForeignCapsule, ErrShreds or those of [opening.Question.Gather].
func Open(ctx context.Context, r Request, capsules []Capsule, shreds []byte, council opening.Council, ask opening.Ask) (Keys, []opening.Fault, error) {
	request, err := r.Text.Hash()
	if err != nil {
		return nil, nil, fmt.Errorf("reader: %w", err)
	}
	labelled, err := r.labelled(capsules, council)
	if err != nil {
		return nil, nil, err
	}
	plaintext, err := r.Key.Open(confidential.ShredInfo(request), shreds)
	if err != nil {
		return nil, nil, ErrShreds
	}
	halves, ok := confidential.ParseShreds(plaintext, len(capsules))
	if !ok {
		return nil, nil, ErrShreds
	}
	question := opening.Question{Request: request, Key: r.Key, Set: council.Set, Capsules: labelled}
	secrets, faults, err := question.Gather(ctx, council.Trustees, ask)
	if err != nil {
		return nil, faults, err
	}
	keys := make(Keys, len(capsules))
	for i, l := range labelled {
		hash := confidential.HashCapsule(l.Label, l.Capsule[:])
		if keys[hash], err = confidential.NewClassKey(hash, secrets[i], halves[i]); err != nil {
			return nil, faults, err
		}
	}
	return keys, faults, nil
}

// labelled checks that the request covers the capsules.
func (r Request) labelled(capsules []Capsule, council opening.Council) ([]threshold.Labelled, error) {
	labelled := make([]threshold.Labelled, len(capsules))
	for i, c := range capsules {
		if c.Label.Policy != r.Text.Policy || c.Label.Class != r.Text.Class || c.Label.KeyNumber != uint64(council.Set.Number) {
			return nil, ErrForeignCapsule
		}
		text, err := c.Label.Canonical()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForeignCapsule, err)
		}
		labelled[i] = threshold.Labelled{Label: string(text), Capsule: c.Bytes}
	}
	return labelled, nil
}

// Event returns an event with its sealed fields in the clear. Errors are ErrNoKey and those of [confidential.ClassKey.Open].
func (k Keys) Event(ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	capsule, err := confidential.CapsuleOf(ce)
	if err != nil {
		return nil, err
	}
	key, found := k[capsule]
	if !found {
		return nil, ErrNoKey
	}
	return key.Open(ce)
}
