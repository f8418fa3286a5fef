package api

import (
	"fmt"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/apperr"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

func passportID(name, field string) (uuid.UUID, error) {
	text, err := aip.ID(name, "passports", field)
	if err != nil {
		return uuid.UUID{}, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.UUID{}, apperr.InvalidField(field, "the id is not a UUID")
	}
	return id, nil
}

func acknowledgementToProto(ack ingest.Acknowledgement) *ingestv1.BatchAcknowledgement {
	out := &ingestv1.BatchAcknowledgement{
		Accepted: int32(ack.Accepted), Duplicates: int32(ack.Duplicates),
		Rejections: make([]*ingestv1.Rejection, len(ack.Rejections)), Receipt: ack.Receipt,
	}
	for i := range ack.Rejections {
		out.Rejections[i] = rejectionToProto(&ack.Rejections[i])
	}
	return out
}

func rejectionToProto(r *ingest.Rejection) *ingestv1.Rejection {
	return &ingestv1.Rejection{
		Index: int32(r.Index), Source: r.Source, EventId: r.EventID, Reason: string(r.Reason), Field: r.Field, Detail: r.Detail,
	}
}

func eventToProto(e *ingest.StandingEvent) (*ingestv1.Event, error) {
	ce := &pb.CloudEvent{}
	if err := proto.Unmarshal(e.Bytes, ce); err != nil {
		return nil, fmt.Errorf("api: unmarshal a stored event: %w", err)
	}
	out := &ingestv1.Event{
		Name:       ingest.EventName(e.Passport, e.ID),
		CloudEvent: ce, Member: "members/" + e.Member,
		Quality:     &ingestv1.Quality{Index: int32(e.Quality.Index), PolicyVersion: e.Quality.Policy},
		ReceiveTime: timestamppb.New(e.ReceivedAt), OdometerMetres: e.OdometerMetres,
		Position: positionToProto(&e.Position), Standing: standingToProto(e.Passport, &e.Standing),
	}
	if e.SignedBy != nil {
		out.SourceKey = ingest.SourceKey{ID: *e.SignedBy}.Name()
		out.SourceSequence = proto.Int64(int64(e.SourceSequence))
	}
	return out, nil
}

func positionToProto(p *ingest.Position) *ingestv1.JournalPosition {
	return &ingestv1.JournalPosition{Stream: p.Stream, Sequence: int64(p.Sequence), LeafHash: p.LeafHash[:]}
}

func deadLetterToProto(l *ingest.DeadLetter) *ingestv1.DeadLetter {
	out := &ingestv1.DeadLetter{
		Name: "deadLetters/" + l.ID.String(), Rejection: rejectionToProto(&l.Rejection), CreateTime: timestamppb.New(l.CreatedAt),
	}
	ce := &pb.CloudEvent{}
	if l.Bytes != nil && proto.Unmarshal(l.Bytes, ce) == nil {
		out.Event = ce
	}
	if l.ReplayedAt != nil {
		out.ReplayTime = timestamppb.New(*l.ReplayedAt)
	}
	return out
}
