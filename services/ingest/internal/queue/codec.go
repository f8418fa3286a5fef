package queue

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/eventlist"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/signing"
)

var errMalformed = errors.New("queue: malformed batch")

// encode makes the messages of a batch: one, unless the batch is larger than a message can be.
func encode(b ingest.Batch) ([][]byte, error) {
	var messages [][]byte
	for start := 0; start < len(b.Events); {
		end, size := start, signing.MaxSignedBytes
		for end < len(b.Events) && (end == start || size+len(b.Events[end].Bytes)+eventOverhead <= maxMessageBytes) {
			size += len(b.Events[end].Bytes) + eventOverhead
			end++
		}
		message, err := toProto(b, b.Events[start:end])
		if err != nil {
			return nil, err
		}
		data, err := proto.Marshal(message)
		if err != nil {
			return nil, fmt.Errorf("queue: marshal: %w", err)
		}
		messages = append(messages, data)
		start = end
	}
	return messages, nil
}

func toProto(b ingest.Batch, events []ingest.Event) (*ingestv1.QueuedBatch, error) {
	out := &ingestv1.QueuedBatch{
		Member: b.Member, ReceiveTime: timestamppb.New(b.ReceivedAt),
		Quality: wire.FromQuality(&b.Quality),
		Events:  make([]*ingestv1.QueuedEvent, len(events)),
	}
	if s := events[0].Signature; s != nil { // the events of a batch are all signed with one statement, or none is
		cover, err := s.Of(indexesOf(events))
		if err != nil {
			return nil, fmt.Errorf("queue: statement: %w", err)
		}
		out.Statement, out.Beside = cover.Statement.Bytes(), signing.JoinHashes(cover.Part.Beside)
	}
	for i := range events {
		e := &events[i]
		out.Events[i] = &ingestv1.QueuedEvent{
			Id: e.ID[:], CloudEvent: e.Bytes, Source: e.Source, EventId: e.EventID, Type: e.Type, Passport: e.Passport[:],
			OccurTime: timestamppb.New(e.OccurredAt), OdometerMetres: e.OdometerMetres,
			ListKey: e.ListKey[:], DataOffset: int32(bytes.Index(e.Bytes, e.Data)), DataLength: int32(len(e.Data)),
		}
		if e.Signature != nil {
			out.Events[i].Index = int32(e.Signature.Index)
		}
	}
	return out, nil
}

// indexesOf returns which of the events of their statement these are.
func indexesOf(events []ingest.Event) []int {
	indexes := make([]int, len(events))
	for i := range events {
		indexes[i] = events[i].Signature.Index
	}
	return indexes
}

// decode reads the events of a message. Its error is errMalformed.
func decode(data []byte) ([]ingest.Event, error) {
	in := &ingestv1.QueuedBatch{}
	if err := proto.Unmarshal(data, in); err != nil {
		return nil, fmt.Errorf("%w: %w", errMalformed, err)
	}
	n := len(in.GetEvents())
	if in.GetMember() == "" || in.GetReceiveTime().CheckValid() != nil || n == 0 || n > ingest.MaxBatchEvents {
		return nil, errMalformed
	}
	events := make([]ingest.Event, n)
	for i, e := range in.GetEvents() {
		id, idErr := uuid.FromBytes(e.GetId())
		passport, passportErr := uuid.FromBytes(e.GetPassport())
		if err := errors.Join(idErr, passportErr, e.GetOccurTime().CheckValid()); err != nil {
			return nil, fmt.Errorf("%w: event %d: %w", errMalformed, i, err)
		}
		if len(e.GetListKey()) != len(eventlist.Key{}) {
			return nil, fmt.Errorf("%w: event %d: the key of its list", errMalformed, i)
		}
		events[i] = ingest.Event{
			ID: id, Member: in.GetMember(), Key: ingest.Key{Source: e.GetSource(), EventID: e.GetEventId()},
			Type: e.GetType(), Passport: passport, OccurredAt: e.GetOccurTime().AsTime(), ReceivedAt: in.GetReceiveTime().AsTime(),
			Bytes: e.GetCloudEvent(), Data: dataOf(e), ContentHash: sha256.Sum256(e.GetCloudEvent()), OdometerMetres: e.OdometerMetres,
			Quality: wire.ToQuality(in.GetQuality()), ListKey: eventlist.Key(e.GetListKey()),
		}
	}
	if len(in.GetStatement()) == 0 {
		return events, nil
	}
	return events, sign(events, in)
}

// dataOf is the event's own message, nil when the queue does not say where it is.
func dataOf(e *ingestv1.QueuedEvent) []byte {
	from, to := int64(e.GetDataOffset()), int64(e.GetDataOffset())+int64(e.GetDataLength())
	if from <= 0 || from > to || to > int64(len(e.GetCloudEvent())) {
		return nil
	}
	return e.GetCloudEvent()[from:to]
}

// sign gives the events of a message their signatures.
func sign(events []ingest.Event, in *ingestv1.QueuedBatch) error {
	statement, err := signing.Parse(in.GetStatement())
	if err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	part := signing.Part{Indexes: make([]int, len(events)), Events: make([]ingest.Hash, len(events))}
	if part.Beside, err = signing.SplitHashes(in.GetBeside()); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	cover := &ingest.Cover{Statement: statement, Part: part}
	signatures := make([]ingest.Signature, len(events))
	for i, e := range in.GetEvents() {
		part.Indexes[i], part.Events[i] = int(e.GetIndex()), events[i].ContentHash
		signatures[i] = ingest.Signature{Cover: cover, Index: int(e.GetIndex())}
		events[i].Signature = &signatures[i]
	}
	if _, err := cover.Tree(); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	return nil
}
