// Package wire turns what the API and the journal both show into messages.
package wire

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// FromSourceKey returns k as it is sent and journaled.
func FromSourceKey(k ingest.SourceKey) *ingestv1.SourceKey {
	out := &ingestv1.SourceKey{
		Name: k.Name(), Member: "members/" + k.Member, Source: k.Source, Algorithm: k.Public.Algorithm(), PublicKey: k.Public.DER(),
		CreateTime: timestamppb.New(k.CreatedAt), FirstSequence: int64(k.FirstSequence),
	}
	if k.Passport != nil {
		out.Passport = "passports/" + k.Passport.String()
	}
	if k.RevokedAt != nil {
		out.RevokeTime, out.EndSequence, out.RevokeReason = timestamppb.New(*k.RevokedAt), proto.Int64(int64(k.EndSequence)), k.RevokeReason
	}
	return out
}
