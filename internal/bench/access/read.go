package access

import (
	"context"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/confidential/reader"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

const (
	policyID = access.PolicyID("00112233445566778899aabbccddeeff")
	insurer  = "insurer"
	garage   = "garage"
	passport = "passports/0199e9d4-0000-7000-8000-000000000001" //nolint:gosec // of a car
)

var errRead = errors.New("bench: the event does not open")

// world is a council with a sealed event, and what a reader needs.
type world struct {
	*council
	members  accesskey.Key
	opening  opening.Council
	clients  map[string]*wire.Client
	vault    [32]byte
	capsules []reader.Capsule
	event    *pb.CloudEvent
}

// Target implements sealer.Directory.
func (w *world) Target(context.Context, string) (sealer.Target, error) {
	return sealer.Target{Policy: policyID, KeyNumber: 1, Public: w.opening.Set.Public}, nil
}

// Register implements sealer.Directory.
func (w *world) Register(_ context.Context, c sealer.Capsule) ([]byte, error) {
	w.capsules = append(w.capsules, reader.Capsule{Label: c.Label, Bytes: c.Bytes})
	hash, err := access.CapsuleHash(c.Label, c.Bytes[:])
	if err != nil {
		return nil, err
	}
	w.ledger.mutex.Lock()
	w.ledger.capsules[hash] = true
	w.ledger.mutex.Unlock()
	return w.shreds(readerkey.X25519, c.Recipient, c.Context)
}

// shreds are what the vault gives for all capsules.
func (w *world) shreds(kind readerkey.Kind, recipient []byte, context model.Hash) ([]byte, error) {
	to, err := readerkey.ParsePublic(kind, recipient)
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, c := range w.capsules {
		shred, err := hkdf.Key(sha256.New, w.vault[:], nil, string(c.Bytes[:]), len(w.vault))
		if err != nil {
			return nil, err
		}
		all = append(all, shred...)
	}
	return to.Seal(confidential.ShredInfo(context), all)
}

// newWorld seals an event to the council's key.
func newWorld(ctx context.Context, c *council) (*world, error) {
	w := &world{council: c, clients: map[string]*wire.Client{}}
	var err error
	if w.members, err = accesskey.Generate(); err != nil {
		return nil, err
	}
	if _, err := rand.Read(w.vault[:]); err != nil {
		return nil, err
	}
	trustees, err := c.ledger.Trustees(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range trustees {
		w.clients[t.ID] = wire.NewClient(t.Address, t.TransportSHA256, nil)
	}
	set, err := c.ledger.KeySet(ctx, access.KeyForAccess, 1)
	if err != nil {
		return nil, err
	}
	if w.opening, err = opening.NewCouncil(set, trustees); err != nil {
		return nil, err
	}
	ce, err := event.New("job", "/members/garage/bay", passport, time.Unix(1_780_000_000, 0), &eventsv1.Repair{Notes: "the left sill was welded"})
	if err != nil {
		return nil, err
	}
	w.event, err = sealer.New(sealer.NewKey([32]byte{1}), w, nil).Seal(ctx, garage, ce)
	return w, err
}

func (w *world) close() {
	for _, c := range w.clients {
		c.Close()
	}
}

// asked is a request on the ledger, with its key.
type asked struct {
	reader.Request
	id model.Hash
}

// signed makes a request as a reader does: a new key, the member's signature, and the proof that the key is its own.
func (w *world) signed() (asked, access.Signatures, []byte, error) {
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return asked{}, nil, nil, err
	}
	key, err := readerkey.ParsePrivate(readerkey.X25519, secret.Bytes())
	if err != nil {
		return asked{}, nil, nil, err
	}
	r := asked{Request: reader.Request{Key: key, Text: access.ReadRequest{
		Policy: policyID, PolicyVersion: 1, Class: "workshop", Reader: insurer, KEM: access.X25519, ReaderKey: key.Public(),
		Purpose: "claim_assessment", ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(), MaxAnswers: 1,
	}}}
	if _, err := rand.Read(r.Text.Nonce[:]); err != nil {
		return asked{}, nil, nil, err
	}
	text, err := r.Text.Canonical()
	if err != nil {
		return asked{}, nil, nil, err
	}
	r.id = sha256.Sum256(text)
	proof, err := possession.Prove(secret, r.id)
	return r, accesskey.Sign(text, w.members.Member(insurer)), proof, err
}

// read is a whole read, from the request to the text.
func (w *world) read(ctx context.Context) error {
	r, signatures, proof, err := w.signed()
	if err != nil {
		return err
	}
	if _, err := w.ledger.Submit(r.Text, signatures, proof, w.members.Identity(), time.Now()); err != nil {
		return err
	}
	shreds, err := w.shreds(readerkey.X25519, r.Key.Public(), r.id)
	if err != nil {
		return err
	}
	keys, faults, err := reader.Open(ctx, r.Request, w.capsules, shreds, []opening.Council{w.opening}, w.asking)
	if err != nil || len(faults) > 0 {
		return fmt.Errorf("bench: read: %v, %w", faults, err)
	}
	opened, err := keys.Event(w.event)
	if err != nil {
		return err
	}
	if confidential.NeedsSealing(opened) {
		return nil
	}
	return errRead
}

// asking implements reader.Asking, over the network.
func (w *world) asking(request model.Hash, capsules []threshold.Labelled) opening.Ask {
	q := wire.OpenRequest{Request: wire.Hash(request)}
	for _, c := range capsules {
		q.Capsules = append(q.Capsules, wire.Capsule{Label: c.Label, Capsule: c.Capsule[:]})
	}
	return func(ctx context.Context, t opening.Trustee) (opening.Answer, error) {
		resp, err := w.clients[t.ID].Open(ctx, q)
		return opening.Answer{Sealed: resp.Sealed, Signature: resp.Signature}, err
	}
}
