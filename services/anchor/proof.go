package anchor

import (
	"context"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
)

// maxDocumentBytes bounds a proof document, so that it fits the answer of an RPC (16 MiB with its framing).
const maxDocumentBytes = 15 << 20

// Exporter makes proof documents of passports.
type Exporter struct {
	Store   Store
	Journal Journal
	Reads   Reads
	// Decode makes the view of an event; the offline verifier must use the same function.
	Decode verify.Decoder
	Now    func() time.Time
}

// Export returns the proof document of a passport ("passports/…") for a member ("members/…") that paid the read
// ("reads/…"), and the number of the passport's events that no anchored epoch covers yet.
func (e Exporter) Export(ctx context.Context, payer, read, passport string) (document []byte, notYetAnchored int, err error) {
	if err := e.Reads.Verify(ctx, read, payer, passport); err != nil {
		return nil, 0, err
	}
	epoch, err := e.Store.Last(ctx)
	if err != nil {
		return nil, 0, err
	}
	if epoch == nil {
		return nil, 0, ErrNothingAnchored
	}
	proven, err := e.Journal.Prove(ctx, passport, epoch.Record.Streams)
	if err != nil {
		return nil, 0, err
	}
	if len(proven.Events) == 0 {
		return nil, 0, ErrNothingAnchored
	}
	d, err := e.document(passport, *epoch, proven)
	if err != nil {
		return nil, 0, err
	}
	if document, err = verify.Encode(d); err != nil {
		return nil, 0, fmt.Errorf("anchor: export proof: %w", err)
	}
	if len(document) > maxDocumentBytes {
		return nil, 0, ErrReportTooLarge
	}
	return document, proven.NotYetAnchored, nil
}

func (e Exporter) document(passport string, epoch Epoch, proven Proven) (verify.Document, error) {
	d := verify.Document{
		Schema: verify.Schema, Passport: passport, Tag: proven.Tag[:], GeneratedAt: e.Now().UTC(),
		Epoch:   shownEpoch(epoch),
		Streams: usedStreams(epoch, proven.Events),
		Events:  make([]verify.Event, 0, len(proven.Events)),
	}
	for _, event := range proven.Events {
		shown, err := e.event(passport, proven.Tag, epoch, event)
		if err != nil {
			return verify.Document{}, fmt.Errorf("anchor: prove entry %d of %s: %w", event.Sequence, event.Stream, err)
		}
		d.Events = append(d.Events, shown)
	}
	return d, nil
}

// event makes the part of one event. It checks what the reader will check, so that a fault of the journal is found here
// and not by somebody who has paid.
func (e Exporter) event(passport string, tag eventlist.Tag, epoch Epoch, event ProvenEvent) (verify.Event, error) {
	checkpoint, found := epoch.Record.Checkpoint(event.Stream)
	if !found {
		return verify.Event{}, fmt.Errorf("%w: stream is not in epoch %d", ErrDiverged, epoch.Number())
	}
	leaf, err := proof.ParseFrame(event.Leaf)
	if err != nil {
		return verify.Event{}, err
	}
	content, err := e.Decode(leaf.Type, leaf.Payload, event.Signature)
	if err != nil {
		return verify.Event{}, err
	}
	if content.Passport != passport {
		return verify.Event{}, fmt.Errorf("%w: the entry is of another passport", ErrDiverged)
	}
	class, known := eventlist.ClassOf(content.EventType)
	if !known {
		return verify.Event{}, fmt.Errorf("%w: the event is of no class", ErrDiverged)
	}
	entry := proof.EntryOf(eventlist.KeyOf(tag, class), event.Leaf)
	err = proof.VerifyInclusion(event.Inclusion, event.Sequence, checkpoint.Size, entry.Hash(), proof.Hash(checkpoint.Root))
	if err != nil {
		return verify.Event{}, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	shown := verify.Event{Stream: event.Stream, Seq: event.Sequence, Leaf: event.Leaf, Signature: event.Signature, View: content.View}
	for _, hash := range event.Inclusion {
		shown.Proof = append(shown.Proof, hash[:])
	}
	return shown, nil
}

func shownEpoch(epoch Epoch) verify.Epoch {
	t := epoch.Transaction
	shown := verify.Epoch{
		Record:      epoch.Text,
		Transaction: verify.Transaction{ID: t.ID, Channel: t.Channel, Chaincode: t.Chaincode, Block: t.Block},
	}
	for _, e := range t.Endorsements {
		shown.Endorsements = append(shown.Endorsements, verify.Endorsement{
			MSPID: e.MSPID, Certificate: e.CertificatePEM, Signature: e.Signature, Signed: e.Signed,
		})
	}
	return shown
}

// usedStreams returns the checkpoints that have an event: a stream without one would suggest that it was searched.
func usedStreams(epoch Epoch, events []ProvenEvent) []verify.Stream {
	used := map[string]bool{}
	for _, e := range events {
		used[e.Stream] = true
	}
	var streams []verify.Stream
	for _, s := range epoch.Record.Streams {
		if used[s.Stream] {
			streams = append(streams, verify.Stream{Stream: s.Stream, Size: s.Size, Root: s.Root[:]})
		}
	}
	return streams
}
