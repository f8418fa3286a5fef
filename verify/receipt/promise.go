package receipt

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

// Errors say which evidence does not hold; nothing is decided then.
var (
	// ErrPromise is of a receipt that is not by the log's key, or not of these events.
	ErrPromise = errors.New("receipt: not a promise of these events")
	// ErrRecord is of a record that is no epoch's.
	ErrRecord = errors.New("receipt: not a record of an epoch")
	// ErrStream is of leaves that are not the stream, or not all of it.
	ErrStream = errors.New("receipt: not the stream under this head")
)

// Promise is what a member keeps of an acknowledgement. Its JSON is one line of the file of pcc import --receipts.
type Promise struct {
	// Receipt is the sealed receipt.
	Receipt []byte `json:"receipt"`
	// Events are those of the batch that were not refused, in its order.
	Events []Event `json:"events"`
}

// Event names an event.
type Event struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	// Content is the SHA-256 of the encoded CloudEvent, 32 bytes.
	Content []byte `json:"content"`
}

// Opened is a promise whose signature holds.
type Opened struct {
	signing.Receipt
	events []signing.AcceptedEvent
}

// Events are the promised events, in their order.
func (o *Opened) Events() []signing.AcceptedEvent { return slices.Clone(o.events) }

// Open checks a promise with the verifier key of the member's log (c2sp.org/signed-note), such as pcc log key shows. The error wraps
// [ErrPromise].
func (p Promise) Open(verifierKey string) (*Opened, error) {
	public, err := checkpoint.PublicKey(verifierKey)
	if err != nil {
		return nil, fmt.Errorf("%w: the log's key: %w", ErrPromise, err)
	}
	key, err := signing.NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("%w: the log's key: %w", ErrPromise, err)
	}
	receipt, err := signing.OpenReceipt(p.Receipt, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPromise, err)
	}
	if origin, _, _ := strings.Cut(verifierKey, "+"); !strings.HasSuffix(origin, "/"+receipt.Stream) {
		return nil, fmt.Errorf("%w: it is of the stream %s, the key of the log %s", ErrPromise, receipt.Stream, origin)
	}
	o := &Opened{Receipt: receipt}
	var hashes []signing.Hash
	for i, e := range p.Events {
		if len(e.Content) != len(signing.Hash{}) {
			return nil, fmt.Errorf("%w: the content hash of event %d has %d bytes", ErrPromise, i, len(e.Content))
		}
		accepted := signing.AcceptedEvent{Source: e.Source, ID: e.ID, Content: signing.Hash(e.Content)}
		o.events, hashes = append(o.events, accepted), append(hashes, accepted.Hash())
	}
	of, err := signing.NewReceipt(receipt.Stream, hashes, receipt.AcceptedAt, receipt.Delay)
	if err != nil || of != receipt {
		return nil, fmt.Errorf("%w: the receipt is of %d others", ErrPromise, receipt.Count)
	}
	return o, nil
}

// Keep makes the promise of an acknowledgement, from the encoded CloudEvents of its batch: as they were sent in a SignedBatch, or
// in deterministic protobuf. An acknowledgement without a receipt is an empty promise. The error wraps [ErrPromise].
func Keep(ack *ingestv1.BatchAcknowledgement, batch [][]byte) (Promise, error) {
	p := Promise{Receipt: ack.GetReceipt()}
	if len(p.Receipt) == 0 {
		return Promise{}, nil
	}
	refused := map[int]bool{}
	for _, r := range ack.GetRejections() {
		refused[int(r.GetIndex())] = true
	}
	for i, encoded := range batch {
		if refused[i] {
			continue
		}
		event := &pb.CloudEvent{}
		if err := proto.Unmarshal(encoded, event); err != nil {
			return Promise{}, fmt.Errorf("%w: event %d: %w", ErrPromise, i, err)
		}
		content := sha256.Sum256(encoded)
		p.Events = append(p.Events, Event{Source: event.GetSource(), ID: event.GetId(), Content: content[:]})
	}
	return p, nil
}
