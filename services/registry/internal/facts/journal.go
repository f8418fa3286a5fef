// Package facts records what the registry makes true in the journal, in the streams of the members that act. What a leaf holds, and
// what not, stands in proto/pcc/registry/v1/journal.proto.
package facts

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal/fact"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Journal records with the commit of its transaction. Each of its methods takes the lock of a stream until then.
type Journal struct{ tx pgx.Tx }

// In returns the journal within a transaction.
func In(tx pgx.Tx) Journal { return Journal{tx: tx} }

// StreamOf names the stream of a member's facts.
func StreamOf(member string) string { return "registry/" + member }

// RecordEnrolments records that a member opened passports.
func (j Journal) RecordEnrolments(ctx context.Context, member string, passports []registry.Passport) error {
	return fact.Append(ctx, j.tx, StreamOf(member), wire.All(passports, func(p registry.Passport) *registryv1.JournaledEnrolment {
		s := p.Specification
		return &registryv1.JournaledEnrolment{
			Passport: p.Name(), Member: wire.MemberName(member), LifeCycle: wire.FromLifeCycle(p.LifeCycle), CreateTime: timestamppb.New(p.CreateTime),
			SpecificationHash: hashOf(s.Make, s.Model, s.Variant, s.FirstDate, s.Colour, s.Energy, strconv.FormatInt(s.PowerWatts, 10)),
		}
	})...)
}

// RecordTransition records a step of a life cycle.
func (j Journal) RecordTransition(ctx context.Context, p registry.Passport, t registry.Transition) error {
	return fact.Append(ctx, j.tx, StreamOf(t.Member), &registryv1.JournaledTransition{
		Passport: p.Name(), Member: wire.MemberName(t.Member), From: wire.FromLifeCycle(t.From), To: wire.FromLifeCycle(t.To),
		Revision: t.Revision, CreateTime: timestamppb.New(t.Time), ReasonHash: hashOf(t.Reason),
	})
}

// RecordOwnershipChange records that a transfer has started an ownership period, the one that p counts.
func (j Journal) RecordOwnershipChange(ctx context.Context, p registry.Passport, t registry.Transfer) error {
	return fact.Append(ctx, j.tx, StreamOf(t.AcceptedBy), &registryv1.JournaledOwnershipChange{
		Passport: p.Name(), Member: wire.MemberName(t.AcceptedBy), ProposedBy: wire.MemberName(t.ProposedBy),
		Period:    int32(p.OwnershipPeriods), //nolint:gosec // counts holders
		StartTime: timestamppb.New(p.UpdateTime),
	})
}

// RecordAdmission records that a member was entered into the directory, with the hashes of its authorities' keys.
func (j Journal) RecordAdmission(ctx context.Context, m registry.Member, authorityKeys [][]byte) error {
	return fact.Append(ctx, j.tx, StreamOf(m.ID), &registryv1.JournaledAdmission{
		Member: m.Name(), MemberClass: wire.FromMember(m).GetMemberClass(), MspId: m.MSPID, AuthorityKeyHashes: authorityKeys,
		CreateTime: timestamppb.New(m.CreateTime),
	})
}

// RecordRecall records that a maker issued a recall.
func (j Journal) RecordRecall(ctx context.Context, r registry.Recall) error {
	return fact.Append(ctx, j.tx, StreamOf(r.Member), &registryv1.JournaledRecall{
		Recall: r.Name(), Member: wire.MemberName(r.Member), IssueTime: timestamppb.New(r.CreateTime),
		NoticeHash: hashOf(append([]string{r.Campaign, r.Defect}, r.PartNumbers...)...),
	})
}

// hashOf hashes texts, each after its length, so that no two lists of texts have the same hash.
func hashOf(texts ...string) []byte {
	h := sha256.New()
	for _, t := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(t))))
		h.Write([]byte(t))
	}
	return h.Sum(nil)
}
