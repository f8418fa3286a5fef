package reader_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/confidential/reader"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

const (
	passport = "passports/0199e9d4-0000-7000-8000-000000000001"
	policy   = access.PolicyID("00112233445566778899aabbccddeeff")
	needed   = 3
)

// platform is what writers and readers meet, in memory: five trustees of whom three are needed, a vault, and the capsules.
type platform struct {
	council  opening.Council
	shares   []threshold.Share
	signing  []ed25519.PrivateKey
	policy   access.PolicyID
	shred    []byte // of the vault, nil after an erasure
	capsules []reader.Capsule
	asked    int // how often a writer asked what to seal under
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, 5, needed)
	set.Number = 1
	p := &platform{council: opening.Council{Set: set}, shares: shares, policy: policy, shred: []byte("the vault's")}
	for i := range shares {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p.council.Trustees = append(p.council.Trustees, opening.Trustee{ID: fmt.Sprintf("t-%d", i), Index: i + 1, Key: access.Ed25519Key(public)})
		p.signing = append(p.signing, private)
	}
	return p
}

func (p *platform) Target(context.Context, string) (sealer.Target, error) {
	p.asked++
	return sealer.Target{Policy: p.policy, KeyNumber: 1, Public: p.council.Set.Public}, nil
}

func (p *platform) Register(_ context.Context, c sealer.Capsule) ([]byte, error) {
	p.capsules = append(p.capsules, reader.Capsule{Label: c.Label, Bytes: c.Bytes})
	return p.shreds(readerkey.X25519, c.Recipient, c.Context, p.capsules[len(p.capsules)-1:])
}

// shreds are what the vault gives.
func (p *platform) shreds(kind readerkey.Kind, recipient []byte, context [32]byte, capsules []reader.Capsule) ([]byte, error) {
	to, err := readerkey.ParsePublic(kind, recipient)
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, c := range capsules {
		shred := sha256.Sum256(append(append([]byte{}, p.shred...), c.Bytes[:]...))
		all = append(all, shred[:]...)
	}
	return to.Seal(confidential.ShredInfo(context), all)
}

// ask is every trustee's honest answer to a reader, of the first away none.
func (p *platform) ask(kind readerkey.Kind, key readerkey.Private, away int) reader.Asking {
	return func(request model.Hash, capsules []threshold.Labelled) opening.Ask {
		return func(_ context.Context, t opening.Trustee) (opening.Answer, error) {
			if t.Index <= away {
				return opening.Answer{}, errors.New("away")
			}
			to, err := readerkey.ParsePublic(kind, key.Public())
			if err != nil {
				return opening.Answer{}, err
			}
			return opening.Make(p.shares[t.Index-1], capsules, request, t.ID, to, p.signing[t.Index-1])
		}
	}
}

func request(t *testing.T, kind readerkey.Kind) reader.Request {
	t.Helper()
	key, err := readerkey.Generate(kind)
	if err != nil {
		t.Fatal(err)
	}
	return reader.Request{Key: key, Text: access.ReadRequest{
		Policy: policy, PolicyVersion: 1, Class: "workshop", Reader: "insurer", KEM: access.KEM(kind), ReaderKey: key.Public(),
		Purpose: "claim_assessment", ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(), MaxAnswers: 10,
	}}
}

// read opens what the platform has.
func (p *platform) read(t *testing.T, r reader.Request, kind readerkey.Kind, away int) (reader.Keys, error) {
	t.Helper()
	hash, err := r.Text.Hash()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := p.shreds(kind, r.Key.Public(), hash, p.capsules)
	if err != nil {
		t.Fatal(err)
	}
	keys, _, err := reader.Open(t.Context(), r, p.capsules, sealed, []opening.Council{p.council}, p.ask(kind, r.Key, away))
	return keys, err
}

func repair(t *testing.T, id, note string) *pb.CloudEvent {
	t.Helper()
	ce, err := event.New(id, "/members/garage/bay", passport, time.Unix(1_780_000_000, 0), &eventsv1.Repair{Notes: note})
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

func seal(t *testing.T, s *sealer.Sealer, ce *pb.CloudEvent) *pb.CloudEvent {
	t.Helper()
	sealed, err := s.Seal(t.Context(), "garage", ce)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestWhatAWriterSealsAReaderOpens(t *testing.T) {
	for _, kind := range []readerkey.Kind{readerkey.X25519, readerkey.XWing} {
		p := newPlatform(t)
		clear := []*pb.CloudEvent{repair(t, "1", "welded"), repair(t, "2", "painted")}
		first := sealer.New(sealer.NewKey([32]byte{1}), p, nil)
		sealed := []*pb.CloudEvent{seal(t, first, clear[0]), seal(t, first, clear[1])}
		if len(p.capsules) != 1 || p.asked != 1 {
			t.Errorf("%d capsules, asked %d times, for one class of one vehicle", len(p.capsules), p.asked)
		}
		keys, err := p.read(t, request(t, kind), kind, 5-needed)
		if err != nil {
			t.Fatal(err)
		}
		for i := range sealed {
			if opened, err := keys.Event(sealed[i]); err != nil || !proto.Equal(opened, clear[i]) {
				t.Errorf("%s: opened %v, %v", kind, opened, err)
			}
		}
	}
}

// TestSealingAgainGivesTheSameBytes, by another process that has the same key and nothing else.
func TestSealingAgainGivesTheSameBytes(t *testing.T) {
	p := newPlatform(t)
	before := seal(t, sealer.New(sealer.NewKey([32]byte{1}), p, nil), repair(t, "1", "welded"))
	after := seal(t, sealer.New(sealer.NewKey([32]byte{1}), p, nil), repair(t, "1", "welded"))
	if !proto.Equal(before, after) {
		t.Error("sealed again it is another event")
	}
	other := seal(t, sealer.New(sealer.NewKey([32]byte{2}), p, nil), repair(t, "1", "welded"))
	if proto.Equal(before, other) {
		t.Error("another writer has the same keys")
	}
}

func TestTooFewTrusteesOpenNothing(t *testing.T) {
	p := newPlatform(t)
	seal(t, sealer.New(sealer.NewKey([32]byte{1}), p, nil), repair(t, "1", "welded"))
	if keys, err := p.read(t, request(t, readerkey.X25519), readerkey.X25519, 5-needed+1); !errors.Is(err, opening.ErrTooFewAnswers) || keys != nil {
		t.Errorf("keys %v, %v", keys, err)
	}
}

// TestAfterAnErasureNobodyOpens: all trustees together cannot, nor can the writer seal under what was.
func TestAfterAnErasureNobodyOpens(t *testing.T) {
	p := newPlatform(t)
	sealed := seal(t, sealer.New(sealer.NewKey([32]byte{1}), p, nil), repair(t, "1", "welded"))
	p.shred = []byte("made anew")
	keys, err := p.read(t, request(t, readerkey.X25519), readerkey.X25519, 0)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := keys.Event(sealed); !errors.Is(err, confidential.ErrDoesNotOpen) {
		t.Errorf("opened %v, %v", opened, err)
	}
}

func TestARequestCoversItsOwnCapsulesOnly(t *testing.T) {
	p := newPlatform(t)
	sealed := seal(t, sealer.New(sealer.NewKey([32]byte{1}), p, nil), repair(t, "1", "welded"))
	other := request(t, readerkey.X25519)
	other.Text.Class = "damage"
	if _, err := p.read(t, other, readerkey.X25519, 0); !errors.Is(err, reader.ErrForeignCapsule) {
		t.Errorf("a request for another class: %v", err)
	}
	stranger := request(t, readerkey.X25519)
	stranger.Text.Reader = "garage"
	mine := request(t, readerkey.X25519)
	hash, err := stranger.Text.Hash()
	if err != nil {
		t.Fatal(err)
	}
	shreds, err := p.shreds(readerkey.X25519, mine.Key.Public(), hash, p.capsules)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := reader.Open(t.Context(), mine, p.capsules, shreds, []opening.Council{p.council}, nil); !errors.Is(err, reader.ErrShreds) {
		t.Errorf("shreds for another request: %v", err)
	}
	p.capsules[0].Label.KeyNumber = 2
	if _, err := p.read(t, request(t, readerkey.X25519), readerkey.X25519, 0); !errors.Is(err, reader.ErrForeignCapsule) {
		t.Errorf("a capsule for another collective key: %v", err)
	}
	if _, err := (reader.Keys{}).Event(sealed); !errors.Is(err, reader.ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
}

func TestAWriterSealsToTheKeyItTrusts(t *testing.T) {
	p := newPlatform(t)
	another, _ := thresholdtest.Deal(t, threshold.Scalar{}, 1, 1)
	s := sealer.New(sealer.NewKey([32]byte{1}), p, &another.Public)
	if _, err := s.Seal(t.Context(), "garage", repair(t, "1", "welded")); !errors.Is(err, sealer.ErrOtherKey) {
		t.Errorf("sealed to another key: %v", err)
	}
}
