package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// FromRefutation is the message that tells of a refutation.
func FromRefutation(r *ingest.Refutation) *ingestv1.EventRefuted {
	m := &ingestv1.EventRefuted{
		Event: ingest.EventName(r.Passport, r.Event), Member: "members/" + r.Member, Field: r.Field, RefuteTime: timestamppb.New(r.At),
	}
	for _, a := range r.Remaining {
		m.Remaining = append(m.Remaining, &ingestv1.RemainingAnswer{
			From: timestamppb.New(a.From), Quality: int32(a.Quality), //nolint:gosec // an index
		})
	}
	return m
}
