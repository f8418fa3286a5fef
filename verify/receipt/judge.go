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

// Judge decides what became of the events of promises, all of one stream: the verdicts are by promise and event. leaves are the first
// leaves of the stream, in order: those under the head, all of them. Its error wraps [ErrStream], or is one of leaves, and decides
// nothing.
func Judge(head Head, leaves iter.Seq2[Leaf, error], promises ...*Opened) ([][]Verdict, error) {
	verdicts, seekers := make([][]Verdict, len(promises)), map[name][]seeker{}
	for i, o := range promises {
		if head.Stream != o.Stream {
			return nil, fmt.Errorf("%w: the head is of %s, the promise of %s", ErrStream, head.Stream, o.Stream)
		}
		verdicts[i] = make([]Verdict, len(o.events))
		for j, e := range o.events {
			verdicts[i][j] = Open
			if head.Time.After(o.Deadline()) {
				verdicts[i][j] = Broken
			}
			of := name{e.Source, e.ID}
			seekers[of] = append(seekers[of], seeker{e.Content, &verdicts[i][j]})
		}
	}
	var stream headmap.List
	for leaf, err := range leaves {
		if err != nil {
			return nil, err
		}
		if stream.Count() == head.Size {
			return nil, fmt.Errorf("%w: there are more than %d leaves", ErrStream, head.Size)
		}
		if stream, err = stream.Append(proof.EntryOf(leaf.Key, leaf.Frame).Hash()); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrStream, err)
		}
		if event, content, ok := eventIn(leaf.Frame); ok {
			for _, s := range seekers[event] {
				s.found(content)
			}
		}
	}
	if got := stream.Head(); got.Count != head.Size || got.Root != head.Root {
		return nil, fmt.Errorf("%w: %d leaves with another root than that of %d", ErrStream, got.Count, head.Size)
	}
	return verdicts, nil
}

// ShowKept checks that a leaf, by its path to the head, holds the i-th event of the promise: what the platform, or whoever has the
// leaf, shows without the rest of the stream. The error wraps [ErrStream].
func (o *Opened) ShowKept(i int, head Head, leaf Leaf, sequence uint64, path []proof.Hash) error {
	if i < 0 || i >= len(o.events) {
		return fmt.Errorf("%w: it has %d, none with the number %d", ErrPromise, len(o.events), i)
	}
	e := o.events[i]
	if event, content, ok := eventIn(leaf.Frame); !ok || head.Stream != o.Stream || event != (name{e.Source, e.ID}) || content != e.Content {
		return fmt.Errorf("%w: the leaf does not hold the event", ErrStream)
	}
	if err := proof.VerifyInclusion(path, sequence, head.Size, proof.EntryOf(leaf.Key, leaf.Frame).Hash(), head.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrStream, err)
	}
	return nil
}

// name is what tells an event from others.
type name struct{ source, id string }

// seeker is a promised event that is looked for.
type seeker struct {
	content signing.Hash
	verdict *Verdict
}

// found takes note of a leaf with the event's name.
func (s seeker) found(content signing.Hash) {
	switch {
	case content == s.content:
		*s.verdict = Kept
	case *s.verdict != Kept:
		*s.verdict = Changed
	}
}

// eventIn returns name and content hash of the event in a leaf; not ok for other leaves, and for one that cannot be read: the
// platform made it so.
func eventIn(frame []byte) (_ name, content signing.Hash, ok bool) {
	leaf, err := proof.ParseFrame(frame)
	if err != nil || leaf.Type != string((*ingestv1.JournaledEvent)(nil).ProtoReflect().Descriptor().FullName()) {
		return name{}, content, false
	}
	journaled, event := &ingestv1.JournaledEvent{}, &pb.CloudEvent{}
	if proto.Unmarshal(leaf.Payload, journaled) != nil || proto.Unmarshal(journaled.GetCloudEvent(), event) != nil {
		return name{}, content, false
	}
	return name{event.GetSource(), event.GetId()}, sha256.Sum256(journaled.GetCloudEvent()), true
}
