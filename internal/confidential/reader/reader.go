// Package reader opens confidential fields for whom a request on the ledger allows it: it asks the trustees, takes the vault's
// shreds, derives the class keys of both and opens events with them.
package reader

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/chaincode/model"
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

// Asking makes the question to trustees for capsules.
type Asking func(request model.Hash, capsules []threshold.Labelled) opening.Ask

// Open returns the class keys of at most 256 capsules, and which trustees failed. shreds are as the vault sealed them, in the order of
// the capsules; councils are those that the capsules are made for. Errors wrap ErrForeignCapsule, ErrShreds or those of
// [opening.Question.Gather].
func Open(ctx context.Context, r Request, capsules []Capsule, shreds []byte, councils []opening.Council, ask Asking) (Keys, []opening.Fault, error) {
	request, err := r.Text.Hash()
	if err != nil {
		return nil, nil, fmt.Errorf("reader: %w", err)
	}
	plaintext, err := r.Key.Open(confidential.ShredInfo(request), shreds)
	if err != nil {
		return nil, nil, ErrShreds
	}
	halves, ok := confidential.ParseShreds(plaintext, len(capsules))
	if !ok {
		return nil, nil, ErrShreds
	}
	keys := make(Keys, len(capsules))
	var faults []opening.Fault
	for _, council := range councils {
		labelled, own, err := r.of(council, capsules, halves)
		if err != nil {
			return nil, faults, err
		}
		if len(labelled) == 0 {
			continue
		}
		question := opening.Question{Request: request, Key: r.Key, Set: council.Set, Capsules: labelled}
		secrets, failed, err := question.Gather(ctx, council.Trustees, ask(request, labelled))
		faults = append(faults, failed...)
		if err != nil {
			return nil, faults, err
		}
		if err := keys.add(labelled, secrets, own); err != nil {
			return nil, faults, err
		}
	}
	if len(keys) != len(capsules) {
		return nil, faults, ErrForeignCapsule
	}
	return keys, faults, nil
}

// of returns the capsules that are made for a council, with their shreds, and checks that the request covers them.
func (r Request) of(council opening.Council, capsules []Capsule, shreds [][confidential.HalfSize]byte) ([]threshold.Labelled, [][confidential.HalfSize]byte, error) {
	var labelled []threshold.Labelled
	var own [][confidential.HalfSize]byte
	for i, c := range capsules {
		if c.Label.KeyNumber != uint64(council.Set.Number) {
			continue
		}
		if c.Label.Policy != r.Text.Policy || c.Label.Class != r.Text.Class {
			return nil, nil, ErrForeignCapsule
		}
		text, err := c.Label.Canonical()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrForeignCapsule, err)
		}
		labelled, own = append(labelled, threshold.Labelled{Label: string(text), Capsule: c.Bytes}), append(own, shreds[i])
	}
	return labelled, own, nil
}

func (k Keys) add(capsules []threshold.Labelled, secrets []threshold.Element, shreds [][confidential.HalfSize]byte) error {
	for i, c := range capsules {
		hash := confidential.HashCapsule(c.Label, c.Capsule[:])
		key, err := confidential.NewClassKey(hash, secrets[i], shreds[i])
		if err != nil {
			return err
		}
		k[hash] = key
	}
	return nil
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
