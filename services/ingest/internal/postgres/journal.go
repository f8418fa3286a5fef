package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// maxAttempts bounds how often a transaction starts anew at once because another writer was first with something. After that
// the queue brings the events again.
const maxAttempts = 4

// Journal implements ingest.Store. It takes the events for new and has the table's key find out when they are not: only then
// it looks what is there.
func (s *Store) Journal(ctx context.Context, events []ingest.Event, a *ingest.Appraiser) (ingest.Journaled, error) {
	var sum ingest.Journaled
	var err error
	known := unknown
	for range maxAttempts {
		err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
			sum, err = writeEvents(ctx, tx, events, known, a)
			return err
		})
		switch {
		case postgres.ViolatedConstraint(err) != "":
			known = contentHashes
		case !errors.Is(err, errOvertaken):
			return sum, outcome(err)
		}
	}
	return ingest.Journaled{}, outcome(err)
}

// lookup returns what is journaled under keys.
type lookup func(ctx context.Context, db dbsqlc.DBTX, keys []ingest.Key) (map[ingest.Key]ingest.Hash, error)

// unknown is the lookup that finds nothing.
func unknown(context.Context, dbsqlc.DBTX, []ingest.Key) (map[ingest.Key]ingest.Hash, error) {
	return nil, nil
}

// outcome says what became of a transaction of the writer.
func outcome(err error) error {
	if isPoison(err) {
		return &ingest.PoisonError{Cause: err}
	}
	return failed("journal events", err)
}

// isPoison tells values that the database or the journal refuses, and will refuse again, from everything that passes.
func isPoison(err error) bool {
	class := sqlClass(err)
	var unreadable *ingest.PoisonError
	refused := class == classDataException || class == classLimitExceeded ||
		class == classIntegrityConstraint && !errors.Is(err, journal.ErrConflict) // another sequencer's number passes
	return errors.As(err, &unreadable) || refused || errors.Is(err, journal.ErrMalformedLeaf) || errors.Is(err, journal.ErrInvalid)
}

// writeEvents does first what writers can do at the same time, and then what they take turns for, in one order: chains, streams,
// dead letters, counts.
func writeEvents(ctx context.Context, tx pgx.Tx, events []ingest.Event, known lookup, a *ingest.Appraiser) (ingest.Journaled, error) {
	members := membersOf(events)
	for _, m := range members {
		if err := dbsqlc.New(tx).ShareMember(ctx, m); err != nil {
			return ingest.Journaled{}, fmt.Errorf("share member: %w", err)
		}
	}
	fresh, refused, sum, err := sift(ctx, tx, events, known)
	if err != nil {
		return ingest.Journaled{}, err
	}
	result, err := appraise(ctx, tx, a, fresh)
	if err != nil {
		return ingest.Journaled{}, err
	}
	if err := result.save(ctx, tx, time.Now()); err != nil {
		return ingest.Journaled{}, err
	}
	for _, m := range members {
		if err := dbsqlc.New(tx).LockChains(ctx, m); err != nil {
			return ingest.Journaled{}, fmt.Errorf("lock chains: %w", err)
		}
	}
	if err := linkStatements(ctx, tx, statementsOf(events), time.Now()); err != nil {
		return ingest.Journaled{}, err
	}
	if err := appendEvents(ctx, tx, &result); err != nil {
		return ingest.Journaled{}, err
	}
	if err := publishRefutations(ctx, tx, result.marks, time.Now()); err != nil {
		return ingest.Journaled{}, err
	}
	if err := insertDeadLetters(ctx, tx, refused); err != nil {
		return ingest.Journaled{}, err
	}
	return sum, countJournaled(ctx, tx, fresh)
}

// membersOf returns the members that sent events, in order.
func membersOf(events []ingest.Event) []string {
	members := make(map[string]bool)
	for i := range events {
		members[events[i].Member] = true
	}
	return slices.Sorted(maps.Keys(members))
}

// sift parts events into those to journal and the letters of those that are refused.
func sift(ctx context.Context, tx pgx.Tx, events []ingest.Event, known lookup) (fresh []ingest.Event, refused []ingest.DeadLetter, sum ingest.Journaled, err error) {
	keys := make([]ingest.Key, len(events))
	for i := range events {
		keys[i] = events[i].Key
	}
	stored, err := known(ctx, tx, keys)
	if err != nil {
		return nil, nil, sum, fmt.Errorf("read content hashes: %w", err)
	}
	fresh, repeated, reused := ingest.Sift(events, stored)
	letters, err := ingest.ReusedLetters(reused, time.Now())
	if err != nil {
		return nil, nil, sum, err
	}
	fresh, revoked, err := siftRevoked(ctx, tx, fresh)
	if err != nil {
		return nil, nil, sum, err
	}
	refused, err = ingest.RevokedLetters(revoked, time.Now())
	sum = ingest.Journaled{Fresh: len(fresh), Repeated: len(repeated), Reused: len(reused), Revoked: len(revoked)}
	return fresh, append(letters, refused...), sum, err
}

func countJournaled(ctx context.Context, tx pgx.Tx, fresh []ingest.Event) error {
	counts := make(map[string]int64)
	for i := range fresh {
		counts[fresh[i].Member]++
	}
	for _, member := range slices.Sorted(maps.Keys(counts)) {
		if err := dbsqlc.New(tx).CountJournaled(ctx, dbsqlc.CountJournaledParams{Member: member, Added: counts[member]}); err != nil {
			return fmt.Errorf("count events: %w", err)
		}
	}
	return nil
}

// appendEvents journals new events and what they make of reputations, each member's in its own stream, and copies their rows.
func appendEvents(ctx context.Context, tx pgx.Tx, a *appraised) error {
	streams, err := leavesByMember(a)
	if err != nil {
		return err
	}
	var placed []placedEvent
	for _, member := range slices.Sorted(maps.Keys(streams)) { // journal.Append wants its streams in one order
		s := streams[member]
		stream := ingest.StreamOf(member)
		first := uint64(0)
		if len(s.events) > 0 {
			if first, _, err = journal.Append(ctx, tx, stream, slices.Concat(s.statements, s.leaves)); err != nil {
				return fmt.Errorf("append to the journal: %w", err)
			}
		}
		for i, e := range s.events {
			placed = append(placed, placedEvent{e, stream, first + uint64(len(s.statements)+i)})
		}
		if err := s.saveOutline(ctx, tx, stream, first); err != nil {
			return err
		}
		for marks := range slices.Chunk(s.marks, journal.MaxBatch) {
			if _, _, err := journal.Append(ctx, tx, stream, marks); err != nil {
				return fmt.Errorf("append marks to the journal: %w", err)
			}
		}
	}
	return copyEvents(ctx, tx, placed)
}

// saveOutline keeps for the alerts what the entries are about.
func (s *streamed) saveOutline(ctx context.Context, tx pgx.Tx, stream string, first uint64) error {
	if len(s.events) == 0 {
		return nil
	}
	about := len(s.statements) + len(s.events)
	row := dbsqlc.AddOutlineParams{
		Stream: stream, First: int64(first), Length: int32(about + len(s.marks)),
		Passports: make([]uuid.UUID, about), Telling: []int64{}, // a statement is about no passport
	}
	for i, e := range s.events {
		at := len(s.statements) + i
		row.Passports[at] = e.Passport
		if alert.Tells(e.Type) {
			row.Telling = append(row.Telling, row.First+int64(at))
		}
	}
	if err := dbsqlc.New(tx).AddOutline(ctx, row); err != nil {
		return fmt.Errorf("add an outline: %w", err)
	}
	return nil
}

// placedEvent is an event with its place in the journal.
type placedEvent struct {
	*ingest.Event
	stream string
	seq    uint64
}

func copyEvents(ctx context.Context, tx pgx.Tx, events []placedEvent) error {
	if len(events) == 0 {
		return nil
	}
	columns := []string{
		"id", "member", "source", "event_id", "type", "passport", "occurred_at", "received_at", "odometer_metres",
		"quality", "quality_policy", "content_hash", "stream", "seq",
		"source_key", "source_sequence",
	}
	err := postgres.Copy(ctx, tx, "event", columns, len(events), func(i int, r *postgres.Row) { events[i].write(r) })
	return wrapped("copy events", err)
}

// write gives a row the event's columns, in the order of copyEvents.
func (e *placedEvent) write(r *postgres.Row) {
	key, sequence := signerOf(e.Event)
	r.UUID(e.ID)
	r.Text(e.Member)
	r.Text(e.Source)
	r.Text(e.EventID)
	r.Text(e.Type)
	r.UUID(e.Passport)
	r.Time(e.OccurredAt)
	r.Time(e.ReceivedAt)
	r.NullInt8(e.OdometerMetres)
	r.Int2(int16(e.Quality.Index))
	r.Text(e.Quality.Policy)
	r.Bytes(e.ContentHash[:])
	r.Text(e.stream)
	r.Int8(int64(e.seq))
	r.Bytes(key)
	r.NullInt8(sequence)
}
