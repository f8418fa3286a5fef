package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// PassportEvents implements ingest.JournalReader.
func (s *Store) PassportEvents(ctx context.Context, passport uuid.UUID) ([]ingest.JournaledEvent, error) {
	if err := s.checkReportSize(ctx, passport); err != nil {
		return nil, err
	}
	rows, err := dbsqlc.New(s.owner).PassportEvents(ctx, dbsqlc.PassportEventsParams{Passport: passport, Most: ingest.MaxReportEvents})
	if err != nil {
		return nil, failed("read a passport's events", err)
	}
	events := make([]ingest.JournaledEvent, len(rows))
	for i := range rows {
		if events[i], err = toEvent(&rows[i].Event, leafOf(rows[i].Key, rows[i].Leaf)); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// checkReportSize refuses before anything large is read.
func (s *Store) checkReportSize(ctx context.Context, passport uuid.UUID) error {
	_, err := s.reportSize(ctx, passport)
	return err
}

// checkProofSize refuses before anything large is read.
func (s *Store) checkProofSize(ctx context.Context, passport uuid.UUID) error {
	size, err := s.reportSize(ctx, passport)
	if err == nil && size.Bytes+size.Events*ingest.MaxProofBytes > ingest.MaxProvenBytes {
		return ingest.ErrReportTooLarge
	}
	return err
}

func (s *Store) reportSize(ctx context.Context, passport uuid.UUID) (dbsqlc.MeasurePassportRow, error) {
	size, err := dbsqlc.New(s.owner).MeasurePassport(ctx, passport)
	switch {
	case err != nil:
		return size, failed("measure a passport", err)
	case size.Events > ingest.MaxReportEvents || size.Bytes > ingest.MaxReportBytes:
		return size, ingest.ErrReportTooLarge
	}
	return size, nil
}

// ProvePassport implements ingest.JournalReader.
func (s *Store) ProvePassport(ctx context.Context, passport uuid.UUID, at []ingest.Checkpoint) (ingest.ProvenPassport, error) {
	if err := s.checkProofSize(ctx, passport); err != nil {
		return ingest.ProvenPassport{}, err
	}
	positions, err := dbsqlc.New(s.owner).PassportPositions(ctx, dbsqlc.PassportPositionsParams{Passport: passport, Most: ingest.MaxReportEvents})
	if err != nil {
		return ingest.ProvenPassport{}, failed("read a passport's positions", err)
	}
	checkpoints := make(map[string]ingest.Checkpoint, len(at))
	for _, cp := range at {
		checkpoints[cp.Stream] = cp
	}
	within := make(map[string][]uint64) // sequence numbers by stream
	kept := positions[:0]
	for _, p := range positions {
		if uint64(p.Seq) < checkpoints[p.Stream].Size {
			within[p.Stream] = append(within[p.Stream], uint64(p.Seq))
			kept = append(kept, p)
		}
	}
	proven := make(map[dbsqlc.PassportPositionsRow]ingest.ProvenEvent, len(kept))
	for stream, seqs := range within {
		if err := s.proveStream(ctx, checkpoints[stream], seqs, proven); err != nil {
			return ingest.ProvenPassport{}, failed("prove events", err)
		}
	}
	out := ingest.ProvenPassport{Events: make([]ingest.ProvenEvent, len(kept)), After: len(positions) - len(kept)}
	for i, p := range kept {
		out.Events[i] = proven[p]
	}
	if err := s.showSignatures(ctx, out.Events); err != nil {
		return ingest.ProvenPassport{}, failed("show signatures", err)
	}
	tags, err := s.KnownPassports(ctx, []uuid.UUID{passport})
	out.Tag = tags[passport] // events are accepted only of passports whose tags are known
	return out, err
}

// proveStream proves entries of one stream, as many at a time as the journal reads tiles for at once.
func (s *Store) proveStream(ctx context.Context, at ingest.Checkpoint, seqs []uint64, proven map[dbsqlc.PassportPositionsRow]ingest.ProvenEvent) error {
	stored, err := journal.CheckpointAt(ctx, s.owner, at.Stream, at.Size)
	if errors.Is(err, journal.ErrNotFound) || errors.Is(err, journal.ErrInvalid) || err == nil && stored.Root != at.Root {
		return ingest.ErrCheckpointUnknown
	}
	if err != nil {
		return err
	}
	slices.Sort(seqs) // the order in which entries come
	for chunk := range slices.Chunk(seqs, journal.MaxPage) {
		entries, err := journal.EntriesAt(ctx, s.owner, at.Stream, chunk)
		if err != nil {
			return err
		}
		paths, err := journal.InclusionProofs(ctx, s.owner, at.Stream, chunk, at.Size)
		if err != nil {
			return err
		}
		for i, e := range entries {
			proven[dbsqlc.PassportPositionsRow{Stream: at.Stream, Seq: int64(e.Seq)}] = ingest.ProvenEvent{
				Position: ingest.Position{Stream: at.Stream, Sequence: e.Seq, LeafHash: e.LeafHash},
				Leaf:     e.Frame, Proof: paths[i],
			}
		}
	}
	return nil
}
