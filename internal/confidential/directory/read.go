package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/confidential/reader"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// Errors of reading.
var (
	// ErrOtherRequest says that the access service answered for another request than was asked for.
	ErrOtherRequest = errors.New("directory: the answer is of another request")
	// ErrNoPolicy says that nothing was ever sealed for a passport, and nobody made it a policy.
	ErrNoPolicy = errors.New("directory: the passport has no policy")
)

// Open opens what a request allows: it takes capsules and shreds of the access service and asks the trustees over the network. name is
// the request's, "passports/{passport}/policies/{policy}/readRequests/{request}", and secret the 32 bytes of the key that it has.
//
// Nothing that the access service says need be believed: a false key set gives keys that open nothing, and what trustees answer is
// for the reader's key alone.
func (d *Directory) Open(ctx context.Context, name string, secret []byte) (reader.Keys, []opening.Fault, error) {
	resp, err := d.client.OpenRead(ctx, &accessv1.OpenReadRequest{Name: name})
	if err != nil {
		return nil, nil, err
	}
	request, err := requestOf(resp, name, secret)
	if err != nil {
		return nil, nil, err
	}
	capsules, err := capsulesOf(resp)
	if err != nil {
		return nil, nil, err
	}
	trustees, err := parsed(resp.GetTrustees(), access.ParseTrustee)
	if err != nil {
		return nil, nil, err
	}
	sets, err := parsed(resp.GetKeySets(), access.ParseKeySet)
	if err != nil {
		return nil, nil, err
	}
	councils := make([]opening.Council, len(sets))
	for i, set := range sets {
		if councils[i], err = opening.NewCouncil(set, trustees); err != nil {
			return nil, nil, err
		}
	}
	network := dial(trustees)
	defer network.close()
	return reader.Open(ctx, request, capsules, resp.GetSealedShreds(), councils, network.asking)
}

func requestOf(resp *accessv1.OpenReadResponse, name string, secret []byte) (reader.Request, error) {
	text, err := access.ParseReadRequest([]byte(resp.GetRequest()))
	if err != nil {
		return reader.Request{}, fmt.Errorf("directory: request: %w", err)
	}
	hash, err := text.Hash()
	if err != nil || !strings.HasSuffix(name, "/"+hash.String()) {
		return reader.Request{}, ErrOtherRequest
	}
	key, err := readerkey.ParsePrivate(readerkey.Kind(text.KEM), secret)
	return reader.Request{Text: text, Key: key}, err
}

func capsulesOf(resp *accessv1.OpenReadResponse) ([]reader.Capsule, error) {
	capsules := make([]reader.Capsule, len(resp.GetCapsules()))
	for i, c := range resp.GetCapsules() {
		label, err := access.ParseLabel([]byte(c.GetLabel()))
		if err != nil {
			return nil, fmt.Errorf("directory: label: %w", err)
		}
		if len(c.GetCapsule()) != threshold.CapsuleSize {
			return nil, fmt.Errorf("directory: a capsule of %d bytes", len(c.GetCapsule()))
		}
		capsules[i] = reader.Capsule{Label: label, Bytes: threshold.Capsule(c.GetCapsule())}
	}
	return capsules, nil
}

func parsed[R any](texts []string, parse func([]byte) (R, error)) ([]R, error) {
	records := make([]R, len(texts))
	for i, text := range texts {
		var err error
		if records[i], err = parse([]byte(text)); err != nil {
			return nil, fmt.Errorf("directory: record: %w", err)
		}
	}
	return records, nil
}

// network are the trustees, at the addresses and by the certificates that the ledger has.
type network map[string]*wire.Client

func dial(trustees []access.Trustee) network {
	n := make(network, len(trustees))
	for _, t := range trustees {
		n[t.ID] = wire.NewClient(t.Address, t.TransportSHA256, nil)
	}
	return n
}

func (n network) close() {
	for _, c := range n {
		c.Close()
	}
}

// asking implements reader.Asking.
func (n network) asking(request model.Hash, capsules []threshold.Labelled) opening.Ask {
	question := wire.OpenRequest{Request: wire.Hash(request)}
	for _, c := range capsules {
		question.Capsules = append(question.Capsules, wire.Capsule{Label: c.Label, Capsule: c.Capsule[:]})
	}
	return func(ctx context.Context, t opening.Trustee) (opening.Answer, error) {
		resp, err := n[t.ID].Open(ctx, question)
		return opening.Answer{Sealed: resp.Sealed, Signature: resp.Signature}, err
	}
}
