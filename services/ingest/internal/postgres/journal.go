package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// Journal implements ingest.Store.
func (s *Store) Journal(ctx context.Context, events []ingest.Event) (ingest.Journaled, error) {
	var sum ingest.Journaled
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		sum, err = writeEvents(ctx, tx, events)
		return err
	})
	if isPoison(err) {
		return ingest.Journaled{}, &ingest.PoisonError{Cause: err}
	}
	return sum, failed("journal events", err)
}

// isPoison tells values that the database or the journal refuses, and will refuse again, from everything that passes.
func isPoison(err error) bool {
	class := sqlClass(err)
	return class == classDataException || class == classIntegrityConstraint ||
		errors.Is(err, journal.ErrMalformedLeaf) || errors.Is(err, journal.ErrInvalid)
}

func writeEvents(ctx context.Context, tx pgx.Tx, events []ingest.Event) (ingest.Journaled, error) {
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
	if err := appendEvents(ctx, tx, fresh); err != nil {
		return ingest.Journaled{}, err
	}
	return ingest.Journaled{Fresh: len(fresh), Repeated: len(repeated), Reused: len(reused), Revoked: len(revoked)}, nil
}

// appendEvents journals new events, each member's in its own stream, and copies their rows.
func appendEvents(ctx context.Context, tx pgx.Tx, events []ingest.Event) error {
	streams := make(map[string][]ingest.Event)
	for _, e := range events {
		streams[e.Member] = append(streams[e.Member], e)
	}
	var rows [][]any
	for _, member := range slices.Sorted(maps.Keys(streams)) { // journal.Append wants its streams in one order
		own := streams[member]
		leaves, err := frames(own)
		if err != nil {
			return err
		}
		stream := ingest.StreamOf(member)
		first, _, err := journal.Append(ctx, tx, stream, leaves)
		if err != nil {
			return fmt.Errorf("append to the journal: %w", err)
		}
		for i := range own {
			leafHash := proof.LeafHash(leaves[i])
			rows = append(rows, eventRow(&own[i], stream, first+uint64(i), leafHash[:]))
		}
		if err := dbsqlc.New(tx).CountJournaled(ctx, dbsqlc.CountJournaledParams{Member: member, Added: int64(len(own))}); err != nil {
			return fmt.Errorf("count events: %w", err)
		}
	}
	return copyEvents(ctx, tx, rows)
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
		Quality:        &ingestv1.Quality{Index: int32(e.Quality.Index), PolicyVersion: e.Quality.Policy},
		ReceiveTime:    timestamppb.New(e.ReceivedAt),
		OdometerMetres: e.OdometerMetres,
		Signature:      signatureOf(e),
	})
	if err != nil {
		return nil, fmt.Errorf("marshal the journal's payload: %w", err)
	}
	return payload, nil
}

func eventRow(e *ingest.Event, stream string, seq uint64, leafHash []byte) []any {
	key, sequence := signerOf(e)
	return []any{
		e.ID, e.Member, e.Source, e.EventID, e.Type, e.Passport, e.OccurredAt, e.ReceivedAt, e.OdometerMetres,
		int16(e.Quality.Index), e.Quality.Policy, e.Bytes, e.ContentHash[:], stream, int64(seq), leafHash,
		key, sequence,
	}
}

func copyEvents(ctx context.Context, tx pgx.Tx, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	columns := []string{
		"id", "member", "source", "event_id", "type", "passport", "occurred_at", "received_at", "odometer_metres",
		"quality", "quality_policy", "cloud_event", "content_hash", "stream", "seq", "leaf_hash",
		"source_key", "source_sequence",
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"event"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("copy events: %w", err)
	}
	return nil
}
