package server_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// noStreams is a journal with nothing in it.
type noStreams struct {
	journalv1.UnimplementedLogServiceServer
}

func (noStreams) ListCheckpoints(context.Context, *journalv1.ListCheckpointsRequest) (*journalv1.ListCheckpointsResponse, error) {
	return &journalv1.ListCheckpointsResponse{}, nil
}

// ingest answers for a real journal.
type ingest struct {
	ingestv1.UnimplementedJournalServiceServer
	pool *pgxpool.Pool
}

func (i *ingest) ProvePassportEvents(ctx context.Context, req *ingestv1.ProvePassportEventsRequest) (*ingestv1.ProvePassportEventsResponse, error) {
	tag := tagOf(req.GetPassport())
	resp := &ingestv1.ProvePassportEventsResponse{Tag: tag[:]}
	for _, c := range req.GetCheckpoints() {
		entries, err := journal.Entries(ctx, i.pool, c.GetStream(), 0, journal.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if passportOf(e.Frame) != req.GetPassport() {
				continue
			}
			if int64(e.Seq) >= c.GetSize() {
				resp.NotYetAnchored++
				continue
			}
			path, err := journal.InclusionProof(ctx, i.pool, c.GetStream(), e.Seq, uint64(c.GetSize()))
			if err != nil {
				return nil, err
			}
			resp.Events = append(resp.Events, provenEvent(c.GetStream(), e, path))
		}
	}
	return resp, nil
}

func provenEvent(stream string, e journal.Entry, path []proof.Hash) *ingestv1.ProvenEvent {
	proven := &ingestv1.ProvenEvent{
		Leaf: e.Frame, Position: &ingestv1.JournalPosition{Stream: stream, Sequence: int64(e.Seq), LeafHash: e.LeafHash[:]},
	}
	for _, h := range path {
		proven.InclusionProof = append(proven.InclusionProof, h[:])
	}
	return proven
}

func passportOf(leaf []byte) string {
	parsed, err := proof.ParseFrame(leaf)
	if err != nil {
		return ""
	}
	content, err := eventview.Decode(parsed.Type, parsed.Payload, nil)
	if err != nil {
		return ""
	}
	return content.Passport
}

// tagOf is the tag of a passport's vehicle.
func tagOf(passport string) eventlist.Tag { return sha256.Sum256([]byte(passport)) }

// add journals one reading for each passport given.
func (i *ingest) add(t *testing.T, stream, member string, passports ...string) {
	t.Helper()
	var leaves []journal.Leaf
	for _, passport := range passports {
		key := eventlist.KeyOf(tagOf(passport), eventlist.Odometer)
		leaves = append(leaves, journal.Leaf{Key: key, Frame: reading(t, member, passport)})
	}
	inTx(t, i.pool, func(tx pgx.Tx) error {
		_, _, err := journal.Append(t.Context(), tx, stream, leaves)
		return err
	})
}

func reading(t *testing.T, member, passport string) []byte {
	t.Helper()
	now := time.Now()
	envelope, err := event.New(rand.Text(), "/"+member+"/workshop", passport, now, &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
		RawValue: "61003", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE, Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
	}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := proto.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := proto.Marshal(&ingestv1.JournaledEvent{
		CloudEvent: sent, Passport: passport, Member: member, ReceiveTime: timestamppb.New(now),
		Quality: &ingestv1.Quality{Index: 70, PolicyVersion: "base/1"}, OdometerMetres: proto.Int64(61_003_000), Id: make([]byte, 16),
	})
	if err != nil {
		t.Fatal(err)
	}
	var salt [proof.SaltBytes]byte
	if _, err := rand.Read(salt[:]); err != nil {
		t.Fatal(err)
	}
	return journal.Frame(eventview.LeafType, salt, payload)
}

// paidRead is the one read that settlement knows.
const paidRead = "reads/0199e9d4-0000-7000-8000-00000000000f"

// settlement has one captured read of any passport.
type settlement struct {
	settlementv1.UnimplementedSettlementServiceServer
	payer string
}

func (s settlement) VerifyRead(_ context.Context, req *settlementv1.VerifyReadRequest) (*settlementv1.VerifyReadResponse, error) {
	if req.GetName() != paidRead || req.GetPayer() != s.payer {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "READ_NOT_FOUND", "no such read")).Err()
	}
	return &settlementv1.VerifyReadResponse{Read: &settlementv1.Read{Name: paidRead, Payer: s.payer, Passport: req.GetPassport()}}, nil
}
