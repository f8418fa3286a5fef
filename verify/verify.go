package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Content is what a leaf says.
type Content struct {
	// Passport is the name of the passport that the event belongs to.
	Passport string
	// EventType is the full name of the kind of event, such as
	// "pcc.events.v1.OdometerReading". Its class follows from it.
	EventType string
	// View is what is shown of the event, one JSON object.
	View json.RawMessage
}

// ErrSignature says that the signature shown is not the one that a leaf names,
// or does not cover its event.
var ErrSignature = errors.New("verify: another signature than the leaf's")

// Decoder reads the payload of a leaf. It refuses types it does not know, and
// with an error that wraps [ErrSignature] a signature that is not the leaf's; it
// is nil when the document shows none. The result may depend on nothing but the
// arguments.
type Decoder func(leafType string, payload []byte, signature *Signature) (Content, error)

// Verify checks a proof document against the reader's trust list. It returns
// what was shown, or an [*Error] with the first rule the document breaks.
func Verify(document []byte, trust Trust, decode Decoder) (Report, error) {
	if err := trust.validate(); err != nil {
		return Report{}, err
	}
	d, err := parseDocument(document)
	if err != nil {
		return Report{}, err
	}
	if err := checkLimits(d); err != nil {
		return Report{}, err
	}
	epoch, err := model.ParseEpoch([]byte(d.Epoch.Record))
	if err != nil {
		return Report{}, refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	if taken := time.UnixMilli(epoch.TimeUnixMilli); d.GeneratedAt.Before(taken) {
		return Report{}, refuse(ReasonGeneratedTooEarly, "generated_at", "%s is before the epoch's %s", d.GeneratedAt, taken.UTC())
	}
	endorsers, err := checkEndorsements(d.Epoch, epoch, trust)
	if err != nil {
		return Report{}, err
	}
	streams, err := checkStreams(d, epoch)
	if err != nil {
		return Report{}, err
	}
	if err := checkEvents(d, streams, decode); err != nil {
		return Report{}, err
	}
	return newReport(d, epoch, endorsers, trust)
}

func checkLimits(d Document) error {
	switch {
	case d.Passport == "":
		return refuse(ReasonDocumentMalformed, "passport", "names no passport")
	case len(d.Tag) != eventlist.TagBytes:
		return refuse(ReasonDocumentMalformed, "tag", "%d bytes, a vehicle's tag has %d", len(d.Tag), eventlist.TagBytes)
	case len(d.Events) == 0 || len(d.Events) > MaxEvents:
		return refuse(ReasonDocumentMalformed, "events", "%d, 1 to %d are read", len(d.Events), MaxEvents)
	case len(d.Epoch.Endorsements) > MaxEndorsements:
		return refuse(ReasonDocumentMalformed, "epoch.endorsements", "%d, at most %d are read", len(d.Epoch.Endorsements), MaxEndorsements)
	}
	return nil
}

// checkStreams compares each checkpoint with the endorsed record.
func checkStreams(d Document, epoch model.EpochRecord) (map[string]model.StreamCheckpoint, error) {
	streams := make(map[string]model.StreamCheckpoint, len(d.Streams))
	for i, s := range d.Streams {
		at := fmt.Sprintf("streams[%d]", i)
		if i > 0 && d.Streams[i-1].Stream >= s.Stream {
			return nil, refuse(ReasonStreamOrder, at, "%q is repeated or out of order", s.Stream)
		}
		endorsed, found := epoch.Checkpoint(s.Stream)
		if !found || endorsed.Size != s.Size || string(endorsed.Root[:]) != string(s.Root) {
			return nil, refuse(ReasonStreamNotInEpoch, at, "epoch %d has no such checkpoint of %q", epoch.Number, s.Stream)
		}
		streams[s.Stream] = endorsed
	}
	return streams, checkStreamsUsed(d)
}

// checkStreamsUsed refuses a stream without events, which would suggest that a
// source was searched for the vehicle: no such claim can be proven here.
func checkStreamsUsed(d Document) error {
	used := map[string]bool{}
	for _, e := range d.Events {
		used[e.Stream] = true
	}
	for i, s := range d.Streams {
		if !used[s.Stream] {
			return refuse(ReasonStreamOrder, fmt.Sprintf("streams[%d]", i), "no event is from %q", s.Stream)
		}
	}
	return nil
}

func checkEvents(d Document, streams map[string]model.StreamCheckpoint, decode Decoder) error {
	for i, e := range d.Events {
		at := fmt.Sprintf("events[%d]", i)
		if i > 0 {
			if err := checkOrder(d.Events[i-1], e, at); err != nil {
				return err
			}
		}
		checkpoint, found := streams[e.Stream]
		if !found {
			return refuse(ReasonStreamUnknown, at+".stream", "%q", e.Stream)
		}
		if err := checkEvent(d, e, checkpoint, decode, at); err != nil {
			return err
		}
	}
	return nil
}

func checkOrder(before, e Event, at string) error {
	switch {
	case before.Stream == e.Stream && before.Seq == e.Seq:
		return refuse(ReasonEventDuplicate, at, "entry %d of %q occurs twice", e.Seq, e.Stream)
	case before.Stream > e.Stream, before.Stream == e.Stream && before.Seq > e.Seq:
		return refuse(ReasonEventOrder, at, "entry %d of %q is out of order", e.Seq, e.Stream)
	}
	return nil
}

// checkEvent reads the leaf first, because where it has to stand follows from
// what it says: in the list of this vehicle and of the event's class.
func checkEvent(d Document, e Event, checkpoint model.StreamCheckpoint, decode Decoder, at string) error {
	leaf, err := proof.ParseFrame(e.Leaf)
	if err != nil {
		return refuse(ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	content, err := decode(leaf.Type, leaf.Payload, e.Signature)
	switch {
	case errors.Is(err, ErrSignature):
		return refuse(ReasonSignatureInvalid, at+".signature", "%w", err)
	case err != nil:
		return refuse(ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	if content.Passport != d.Passport {
		return refuse(ReasonOtherPassport, at, "the event belongs to another passport")
	}
	class, known := eventlist.ClassOf(content.EventType)
	if !known {
		return refuse(ReasonLeafMalformed, at+".leaf", "%.80q is of no class", content.EventType)
	}
	entry := proof.EntryOf(eventlist.KeyOf(eventlist.Tag(d.Tag), class), e.Leaf)
	if err := checkInclusion(e, entry, checkpoint, at); err != nil {
		return err
	}
	return checkView(e, content.View, at)
}

func checkInclusion(e Event, entry proof.Entry, checkpoint model.StreamCheckpoint, at string) error {
	if e.Proof == nil || len(e.Proof) > maxPath {
		return refuse(ReasonLeafNotIncluded, at+".proof", "%d hashes", len(e.Proof))
	}
	path := make([]proof.Hash, len(e.Proof))
	for i, h := range e.Proof {
		if len(h) != len(path[i]) {
			return refuse(ReasonLeafNotIncluded, fmt.Sprintf("%s.proof[%d]", at, i), "%d bytes are no hash", len(h))
		}
		path[i] = proof.Hash(h)
	}
	err := proof.VerifyInclusion(path, e.Seq, checkpoint.Size, entry.Hash(), proof.Hash(checkpoint.Root))
	if err != nil {
		return refuse(ReasonLeafNotIncluded, at+".leaf", "%w", err)
	}
	return nil
}

// checkView compares what is shown with what the leaf says.
func checkView(e Event, view json.RawMessage, at string) error {
	journaled, err := canonicalJSON(view)
	if err != nil {
		return refuse(ReasonLeafMalformed, at+".leaf", "view: %w", err)
	}
	shown, err := marshal(e.View)
	if err != nil {
		return refuse(ReasonViewMismatch, at+".event", "%w", err)
	}
	if string(shown) != string(journaled) {
		return refuse(ReasonViewMismatch, at+".event", "the event shown is not the event journaled")
	}
	return nil
}
