package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// maxOvertaken bounds how often a transaction starts anew at once because another writer was first with a vehicle. After that
// the queue brings the events again.
const maxOvertaken = 3

// Journal implements ingest.Store.
func (s *Store) Journal(ctx context.Context, events []ingest.Event, a *ingest.Appraiser) (ingest.Journaled, error) {
	var sum ingest.Journaled
	var err error
	for range maxOvertaken {
		err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
			sum, err = writeEvents(ctx, tx, events, a)
			return err
		})
		if !errors.Is(err, errOvertaken) {
			break
		}
	}
	if isPoison(err) {
		return ingest.Journaled{}, &ingest.PoisonError{Cause: err}
	}
	return sum, failed("journal events", err)
}

// isPoison tells values that the database or the journal refuses, and will refuse again, from everything that passes.
func isPoison(err error) bool {
	class := sqlClass(err)
	var unreadable *ingest.PoisonError
	return errors.As(err, &unreadable) || class == classDataException || class == classIntegrityConstraint ||
		errors.Is(err, journal.ErrMalformedLeaf) || errors.Is(err, journal.ErrInvalid)
}

func writeEvents(ctx context.Context, tx pgx.Tx, events []ingest.Event, a *ingest.Appraiser) (ingest.Journaled, error) {
	keys := make([]ingest.Key, len(events))
	members := make(map[string]bool)
	for i, e := range events {
		keys[i] = e.Key
		members[e.Member] = true
	}
	for _, m := range slices.Sorted(maps.Keys(members)) { // in one order, so that writers cannot wait for each other
		if err := dbsqlc.New(tx).LockMember(ctx, m); err != nil {
			return ingest.Journaled{}, fmt.Errorf("lock member: %w", err)
		}
	}
	stored, err := contentHashes(ctx, tx, keys)
	if err != nil {
		return ingest.Journaled{}, fmt.Errorf("read content hashes: %w", err)
	}
	fresh, repeated, reused := ingest.Sift(events, stored)
	// Letters before counts, as AddDeadLetters: rows are locked in one order everywhere.
	letters, err := ingest.ReusedLetters(reused, time.Now())
	if err != nil {
		return ingest.Journaled{}, err
	}
	fresh, revoked, err := siftRevoked(ctx, tx, fresh)
	if err != nil {
		return ingest.Journaled{}, err
	}
	refused, err := ingest.RevokedLetters(revoked, time.Now())
	if err != nil {
		return ingest.Journaled{}, err
	}
	if err := insertDeadLetters(ctx, tx, append(letters, refused...)); err != nil {
		return ingest.Journaled{}, err
	}
	if err := linkStatements(ctx, tx, statementsOf(events), time.Now()); err != nil {
		return ingest.Journaled{}, err
	}
	if err := appraiseAndAppend(ctx, tx, a, fresh); err != nil {
		return ingest.Journaled{}, err
	}
	return ingest.Journaled{Fresh: len(fresh), Repeated: len(repeated), Reused: len(reused), Revoked: len(revoked)}, nil
}

func appraiseAndAppend(ctx context.Context, tx pgx.Tx, a *ingest.Appraiser, fresh []ingest.Event) error {
	if len(fresh) == 0 {
		return nil
	}
	result, err := appraise(ctx, tx, a, fresh)
	if err != nil {
		return err
	}
	if err := result.save(ctx, tx, time.Now()); err != nil {
		return err
	}
	return appendEvents(ctx, tx, &result)
}

// appendEvents journals new events and what they make of reputations, each member's in its own stream, and copies their rows.
func appendEvents(ctx context.Context, tx pgx.Tx, a *appraised) error {
	streams, err := framesByMember(a)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, member := range slices.Sorted(maps.Keys(streams)) { // journal.Append wants its streams in one order
		s := streams[member]
		stream := ingest.StreamOf(member)
		first := uint64(0)
		if len(s.events) > 0 {
			if first, _, err = journal.Append(ctx, tx, stream, s.leaves); err != nil {
				return fmt.Errorf("append to the journal: %w", err)
			}
			if err := dbsqlc.New(tx).CountJournaled(ctx, dbsqlc.CountJournaledParams{Member: member, Added: int64(len(s.events))}); err != nil {
				return fmt.Errorf("count events: %w", err)
			}
		}
		for i, e := range s.events {
			rows = append(rows, eventRow(e, stream, first+uint64(i)))
		}
		for marks := range slices.Chunk(s.marks, journal.MaxBatch) {
			if _, _, err := journal.Append(ctx, tx, stream, marks); err != nil {
				return fmt.Errorf("append marks to the journal: %w", err)
			}
		}
	}
	return copyEvents(ctx, tx, rows)
}

// streamed is what goes into one stream: events with their leaves, then marks.
type streamed struct {
	events        []*ingest.Event
	leaves, marks [][]byte
}

func framesByMember(a *appraised) (map[string]*streamed, error) {
	streams := make(map[string]*streamed)
	of := func(member string) *streamed {
		if streams[member] == nil {
			streams[member] = &streamed{}
		}
		return streams[member]
	}
	leaves, err := frames(a.Events)
	if err != nil {
		return nil, err
	}
	for i := range a.Events {
		e := &a.Events[i]
		s := of(e.Member)
		s.events, s.leaves = append(s.events, e), append(s.leaves, leaves[i])
	}
	causes := a.causes(leaves)
	for i := range a.marks {
		leaf, err := markFrame(&a.marks[i], causes[a.marks[i].Cause])
		if err != nil {
			return nil, err
		}
		s := of(a.marks[i].Subject.Member)
		s.marks = append(s.marks, leaf)
	}
	return streams, nil
}

// causes returns the leaf hashes of the events that decided marks.
func (a *appraised) causes(leaves [][]byte) map[uuid.UUID]ingest.Hash {
	hashes := make(map[uuid.UUID]ingest.Hash, len(a.marks))
	for i := range a.marks {
		hashes[a.marks[i].Cause] = ingest.Hash{}
	}
	for i := range a.Events {
		if _, wanted := hashes[a.Events[i].ID]; wanted {
			hashes[a.Events[i].ID] = proof.LeafHash(leaves[i])
		}
	}
	return hashes
}

// frames makes the leaf of each event. The salt keeps a leaf's hash from telling its content once the content is erased.
func frames(events []ingest.Event) ([][]byte, error) {
	leafType := string((*ingestv1.JournaledEvent)(nil).ProtoReflect().Descriptor().FullName())
	salts := make([]byte, len(events)*proof.SaltBytes)
	_, _ = rand.Read(salts) // never fails, by its documentation
	leaves := make([][]byte, len(events))
	for i := range events {
		payload, err := payloadOf(&events[i])
		if err != nil {
			return nil, err
		}
		leaves[i] = journal.Frame(leafType, [proof.SaltBytes]byte(salts[i*proof.SaltBytes:]), payload)
	}
	return leaves, nil
}

// frame makes one leaf, as frames.
func frame(leafType string, payload []byte) []byte {
	var salt [proof.SaltBytes]byte
	_, _ = rand.Read(salt[:])
	return journal.Frame(leafType, salt, payload)
}

func payloadOf(e *ingest.Event) ([]byte, error) {
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(&ingestv1.JournaledEvent{
		CloudEvent:     e.Bytes,
		Passport:       "passports/" + e.Passport.String(),
		Member:         "members/" + e.Member,
		Quality:        wire.FromQuality(&e.Quality),
		ReceiveTime:    timestamppb.New(e.ReceivedAt),
		OdometerMetres: e.OdometerMetres,
		Signature:      signatureOf(e),
	})
	if err != nil {
		return nil, fmt.Errorf("marshal the journal's payload: %w", err)
	}
	return payload, nil
}

// markFrame makes the leaf of a mark.
func markFrame(m *ingest.CountedMark, cause ingest.Hash) ([]byte, error) {
	mark := &ingestv1.ReputationMark{
		Event: "passports/" + m.Passport.String() + "/events/" + m.Reading.EventID, DataKind: string(m.Subject.Kind),
		Outcome: wire.FromOutcome(m.Outcome), Number: m.Number, Day: m.Day, CauseLeafHash: cause[:], ForgivenDay: m.ForgivenDay,
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(mark)
	if err != nil {
		return nil, fmt.Errorf("marshal a mark: %w", err)
	}
	return frame(string(mark.ProtoReflect().Descriptor().FullName()), payload), nil
}

func eventRow(e *ingest.Event, stream string, seq uint64) []any {
	key, sequence := signerOf(e)
	return []any{
		e.ID, e.Member, e.Source, e.EventID, e.Type, e.Passport, e.OccurredAt, e.ReceivedAt, e.OdometerMetres,
		int16(e.Quality.Index), e.Quality.Policy, e.ContentHash[:], stream, int64(seq),
		key, sequence,
	}
}

func copyEvents(ctx context.Context, tx pgx.Tx, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	columns := []string{
		"id", "member", "source", "event_id", "type", "passport", "occurred_at", "received_at", "odometer_metres",
		"quality", "quality_policy", "content_hash", "stream", "seq",
		"source_key", "source_sequence",
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"event"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("copy events: %w", err)
	}
	return nil
}
