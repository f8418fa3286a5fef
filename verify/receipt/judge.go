package receipt

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

// Verdict says what became of a promise.
type Verdict string

// The verdicts.
const (
	// Kept is of an event that is in the stream.
	Kept Verdict = "kept"
	// Broken is of an event that is not, and should be.
	Broken Verdict = "broken"
	// Changed is of an event under whose source and id the stream has other content.
	Changed Verdict = "changed"
	// Open is of an event that is not in the stream and need not be yet.
	Open Verdict = "open"
)

// Head is the state of a stream at a time, by the record of an epoch.
type Head struct {
	Stream string
	// Size is 0 for a stream that has not begun.
	Size uint64
	Root proof.Hash
	Time time.Time
}

// HeadOf reads the head of a stream from the record of an epoch. The error wraps [ErrRecord].
func HeadOf(record []byte, stream string) (Head, error) {
	epoch, err := model.ParseEpoch(record)
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	head := Head{Stream: stream, Root: sha256.Sum256(nil), Time: time.UnixMilli(epoch.TimeUnixMilli).UTC()}
	if cp, ok := epoch.Checkpoint(stream); ok && cp.Size > 0 {
		head.Size, head.Root = cp.Size, proof.Hash(cp.Root)
	}
	return head, nil
}

// Leaf is an opened leaf of the member's stream, as ListJournalLeaves gives it.
type Leaf struct {
	// Key names its list, zero for none.
	Key proof.Key
	// Frame is the framed leaf.
	Frame []byte
}

// Judge decides what became of the i-th event of the promise. leaves are the first leaves of its stream, in order: those under the
// head, all of them. Its error wraps [ErrStream], or is one of leaves, and decides nothing.
func (o *Opened) Judge(i int, head Head, leaves iter.Seq2[Leaf, error]) (Verdict, error) {
	if i < 0 || i >= len(o.events) {
		return "", fmt.Errorf("%w: it has %d, none with the number %d", ErrPromise, len(o.events), i)
	}
	if head.Stream != o.Stream {
		return "", fmt.Errorf("%w: the head is of %s, the promise of %s", ErrStream, head.Stream, o.Stream)
	}
	var stream headmap.List
	verdict := Open
	if head.Time.After(o.Deadline()) {
		verdict = Broken
	}
	for leaf, err := range leaves {
		if err != nil {
			return "", err
		}
		if stream.Count() == head.Size {
			return "", fmt.Errorf("%w: there are more than %d leaves", ErrStream, head.Size)
		}
		if stream, err = stream.Append(proof.EntryOf(leaf.Key, leaf.Frame).Hash()); err != nil {
			return "", fmt.Errorf("%w: %w", ErrStream, err)
		}
		if verdict != Kept {
			verdict = found(verdict, o.events[i], leaf.Frame)
		}
	}
	if got := stream.Head(); got.Count != head.Size || got.Root != head.Root {
		return "", fmt.Errorf("%w: %d leaves with another root than that of %d", ErrStream, got.Count, head.Size)
	}
	return verdict, nil
}

// ShowKept checks that a leaf, by its path to the head, holds the i-th event of the promise: what the platform, or whoever has the
// leaf, shows without the rest of the stream. The error wraps [ErrStream].
func (o *Opened) ShowKept(i int, head Head, leaf Leaf, sequence uint64, path []proof.Hash) error {
	if i < 0 || i >= len(o.events) {
		return fmt.Errorf("%w: it has %d, none with the number %d", ErrPromise, len(o.events), i)
	}
	if head.Stream != o.Stream || found(Open, o.events[i], leaf.Frame) != Kept {
		return fmt.Errorf("%w: the leaf does not hold the event", ErrStream)
	}
	if err := proof.VerifyInclusion(path, sequence, head.Size, proof.EntryOf(leaf.Key, leaf.Frame).Hash(), head.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrStream, err)
	}
	return nil
}

// found is the verdict on an event after one more leaf. A leaf that cannot be read holds no event: the platform made it so.
func found(before Verdict, e signing.AcceptedEvent, frame []byte) Verdict {
	leaf, err := proof.ParseFrame(frame)
	if err != nil || leaf.Type != string((*ingestv1.JournaledEvent)(nil).ProtoReflect().Descriptor().FullName()) {
		return before
	}
	journaled, event := &ingestv1.JournaledEvent{}, &pb.CloudEvent{}
	if proto.Unmarshal(leaf.Payload, journaled) != nil || proto.Unmarshal(journaled.GetCloudEvent(), event) != nil {
		return before
	}
	switch {
	case event.GetSource() != e.Source || event.GetId() != e.ID:
		return before
	case sha256.Sum256(journaled.GetCloudEvent()) == e.Content:
		return Kept
	}
	return Changed
}
