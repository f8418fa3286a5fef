package receipt_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify/receipt"
)

const (
	stream = "ingest/oem"
	delay  = time.Hour
)

var acceptedAt = time.UnixMicro(1_700_000_000_000_000).UTC()

// platform accepts events, and journals them or not.
type platform struct {
	key    string
	signer *signing.ReceiptSigner
	leaves []receipt.Leaf
}

// tester is a testing.T or a rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	path := t.TempDir() + "/log.key"
	if _, err := checkpoint.CreateLogKey(path, "log.example"); err != nil {
		t.Fatal(err)
	}
	key, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	own, err := key.For(stream)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signing.NewReceiptSigner(key.Key())
	if err != nil {
		t.Fatal(err)
	}
	return &platform{key: own.VerifierKey(), signer: signer}
}

// accept returns the promise of events, each by its encoded form.
func (p *platform) accept(t tester, events ...[]byte) receipt.Promise {
	t.Helper()
	var promise receipt.Promise
	var hashes []signing.Hash
	for _, encoded := range events {
		content := sha256.Sum256(encoded)
		var ce pb.CloudEvent
		if err := proto.Unmarshal(encoded, &ce); err != nil {
			t.Fatal(err)
		}
		promise.Events = append(promise.Events, receipt.Event{Source: ce.GetSource(), ID: ce.GetId(), Content: content[:]})
		hashes = append(hashes, signing.AcceptedEvent{Source: ce.GetSource(), ID: ce.GetId(), Content: content}.Hash())
	}
	promised, err := signing.NewReceipt(stream, hashes, acceptedAt, delay)
	if err != nil {
		t.Fatal(err)
	}
	if promise.Receipt, err = p.signer.Sign(promised); err != nil {
		t.Fatal(err)
	}
	return promise
}

// journal appends an event, or what else there is in a stream.
func (p *platform) journal(t tester, leafType string, cloudEvent []byte) {
	t.Helper()
	payload, err := proto.Marshal(&ingestv1.JournaledEvent{CloudEvent: cloudEvent, Member: "members/oem"})
	if err != nil {
		t.Fatal(err)
	}
	salt := [proof.SaltBytes]byte{byte(len(p.leaves)), 1}
	p.leaves = append(p.leaves, receipt.Leaf{Key: proof.Key{1}, Frame: proof.Frame(leafType, salt, payload)})
}

// head is what an epoch of a time says of the stream.
func (p *platform) head(t tester, at time.Time) receipt.Head {
	t.Helper()
	var list headmap.List
	for _, leaf := range p.leaves {
		var err error
		if list, err = list.Append(proof.EntryOf(leaf.Key, leaf.Frame).Hash()); err != nil {
			t.Fatal(err)
		}
	}
	return receipt.Head{Stream: stream, Size: list.Count(), Root: list.Head().Root, Time: at}
}

func all(leaves []receipt.Leaf) iter.Seq2[receipt.Leaf, error] {
	return func(yield func(receipt.Leaf, error) bool) {
		for _, l := range leaves {
			if !yield(l, nil) {
				return
			}
		}
	}
}

const eventType = "pcc.ingest.v1.JournaledEvent"

func encoded(t tester, id, says string) []byte {
	t.Helper()
	b, err := proto.Marshal(&pb.CloudEvent{Id: id, Source: "/members/oem/cloud", Type: says})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t tester, p *platform, promise receipt.Promise) *receipt.Opened {
	t.Helper()
	o, err := promise.Open(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestEveryFateHasItsVerdict lets the platform do with each acknowledged event what it likes.
func TestEveryFateHasItsVerdict(t *testing.T) {
	key := newPlatform(t)
	rapid.Check(t, func(t *rapid.T) {
		p := &platform{key: key.key, signer: key.signer}
		fates := rapid.SliceOfN(rapid.SampledFrom([]receipt.Verdict{receipt.Kept, receipt.Broken, receipt.Changed}), 1, 12).Draw(t, "fates")
		late := rapid.Bool().Draw(t, "late")
		var sent [][]byte
		for i, fate := range fates {
			id := fmt.Sprint(i)
			sent = append(sent, encoded(t, id, "as sent"))
			p.journal(t, "pcc.ingest.v1.ReputationMark", sent[i]) // holds no event, whatever it says
			switch fate {
			case receipt.Kept:
				p.journal(t, eventType, sent[i])
			case receipt.Changed:
				p.journal(t, eventType, encoded(t, id, "as changed"))
			default:
			}
		}
		at := acceptedAt.Add(delay)
		if late {
			at = at.Add(time.Millisecond)
		}
		o := open(t, p, p.accept(t, sent...))
		got, err := receipt.Judge(p.head(t, at), all(p.leaves), o, open(t, p, p.accept(t, sent[0])))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range append(fates, fates[0]) {
			if want == receipt.Broken && !late {
				want = receipt.Open
			}
			if got := append(got[0], got[1]...)[i]; got != want {
				t.Errorf("event %d is %q, want %q", i, got, want)
			}
		}
	})
}

// TestNobodyIsFramed alters each piece of evidence: nothing is decided then.
func TestNobodyIsFramed(t *testing.T) {
	p := newPlatform(t)
	kept, other := encoded(t, "1", "kept"), encoded(t, "2", "other")
	promise := p.accept(t, kept)
	p.journal(t, eventType, other)
	p.journal(t, eventType, kept)
	o, head := open(t, p, promise), p.head(t, acceptedAt.Add(2*delay))
	for what, leaves := range map[string][]receipt.Leaf{
		"the leaf is left out":     p.leaves[:1],
		"another is in its place":  {p.leaves[0], p.leaves[0]},
		"in another order":         {p.leaves[1], p.leaves[0]},
		"one too many":             append(slices.Clone(p.leaves), p.leaves[0]),
		"in another list":          {p.leaves[0], {Key: proof.Key{2}, Frame: p.leaves[1].Frame}},
		"nothing":                  nil,
		"one that cannot be read":  {p.leaves[0], {Key: proof.Key{1}, Frame: []byte("leaf")}},
		"the frame cut at its end": {p.leaves[0], {Key: proof.Key{1}, Frame: p.leaves[1].Frame[:40]}},
	} {
		if verdicts, err := receipt.Judge(head, all(leaves), o); !errors.Is(err, receipt.ErrStream) || verdicts != nil {
			t.Errorf("%s: %q, %v", what, verdicts, err)
		}
	}
	unread := errors.New("not read")
	if _, err := receipt.Judge(head, func(yield func(receipt.Leaf, error) bool) { yield(receipt.Leaf{}, unread) }, o); !errors.Is(err, unread) {
		t.Errorf("leaves that cannot be read: %v", err)
	}
	elsewhere := head
	elsewhere.Stream = "ingest/garage"
	if _, err := receipt.Judge(elsewhere, all(p.leaves), o); !errors.Is(err, receipt.ErrStream) {
		t.Errorf("another stream's head: %v", err)
	}
	for _, none := range []int{-1, 1} {
		if err := o.ShowKept(none, head, p.leaves[1], 1, nil); !errors.Is(err, receipt.ErrPromise) {
			t.Errorf("event %d: %v", none, err)
		}
	}
}

func TestOnlyThePlatformPromises(t *testing.T) {
	p, stranger := newPlatform(t), newPlatform(t)
	promise := p.accept(t, encoded(t, "1", "a"), encoded(t, "2", "b"))
	change := func(f func(*receipt.Promise)) receipt.Promise {
		c := receipt.Promise{Receipt: slices.Clone(promise.Receipt), Events: slices.Clone(promise.Events)}
		f(&c)
		return c
	}
	for what, bad := range map[string]receipt.Promise{
		"an event more":   change(func(c *receipt.Promise) { c.Events = append(c.Events, c.Events[0]) }),
		"an event less":   change(func(c *receipt.Promise) { c.Events = c.Events[:1] }),
		"another order":   change(func(c *receipt.Promise) { slices.Reverse(c.Events) }),
		"another id":      change(func(c *receipt.Promise) { c.Events[0].ID = "3" }),
		"another content": change(func(c *receipt.Promise) { c.Events[0].Content = make([]byte, 32) }),
		"a short content": change(func(c *receipt.Promise) { c.Events[0].Content = c.Events[0].Content[:31] }),
		"another receipt": change(func(c *receipt.Promise) {
			c.Receipt = stranger.accept(t, encoded(t, "1", "a"), encoded(t, "2", "b")).Receipt
		}),
		"no receipt": change(func(c *receipt.Promise) { c.Receipt = nil }),
	} {
		if _, err := bad.Open(p.key); !errors.Is(err, receipt.ErrPromise) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, key := range map[string]string{
		"another platform": stranger.key, "no key": "", "another log": strings.Replace(p.key, "ingest/oem", "ingest/garage", 1),
	} {
		if _, err := promise.Open(key); !errors.Is(err, receipt.ErrPromise) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := promise.Open(p.key); err != nil {
		t.Error(err)
	}
}

// TestALeafShowsThatAPromiseWasKept proves it without the rest of the stream.
func TestALeafShowsThatAPromiseWasKept(t *testing.T) {
	p := newPlatform(t)
	event, other := encoded(t, "1", "a"), encoded(t, "2", "b")
	p.journal(t, eventType, other)
	p.journal(t, eventType, event)
	o, head := open(t, p, p.accept(t, event)), p.head(t, acceptedAt)
	path := []proof.Hash{proof.EntryOf(p.leaves[0].Key, p.leaves[0].Frame).Hash()}
	if err := o.ShowKept(0, head, p.leaves[1], 1, path); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"another leaf":  o.ShowKept(0, head, p.leaves[0], 0, []proof.Hash{proof.EntryOf(p.leaves[1].Key, p.leaves[1].Frame).Hash()}),
		"another place": o.ShowKept(0, head, p.leaves[1], 0, path),
		"another list":  o.ShowKept(0, head, receipt.Leaf{Key: proof.Key{9}, Frame: p.leaves[1].Frame}, 1, path),
		"no path":       o.ShowKept(0, head, p.leaves[1], 1, nil),
	} {
		if !errors.Is(err, receipt.ErrStream) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
