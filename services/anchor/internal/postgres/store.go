// Package postgres keeps epochs: their records, what they made of streams, lists and index, and where they stand on the ledger.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/events"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres/dbsqlc"
)

const (
	// leaderLock is the key of the advisory lock of the one process that anchors; the schema's own, so any number does.
	leaderLock = 0x616e63686f72
	// unlockTimeout bounds the release of the lock, which must happen even when the caller was told to stop.
	unlockTimeout = 5 * time.Second
)

// Store implements anchor.Store.
type Store struct {
	pool *pgxpool.Pool
	q    *dbsqlc.Queries
}

// New returns the store on the pool of the schema's owner.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool, q: dbsqlc.New(pool)} }

// Lead runs f while a session of its own holds the advisory lock. Should that session break, another process may lead
// before f returns; primary keys and the ledger then let one of them win.
func (s *Store) Lead(ctx context.Context, f func(context.Context) error) (led bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("anchor: connect: %w", err)
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, leaderLock).Scan(&led); err != nil || !led {
		return false, err
	}
	defer unlock(ctx, conn)
	return true, f(ctx)
}

func unlock(ctx context.Context, conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
	defer cancel()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, leaderLock); err != nil {
		_ = conn.Conn().Close(ctx) // the lock ends with its session
	}
}

// Last returns the last anchored epoch, or nil.
func (s *Store) Last(ctx context.Context) (*anchor.Epoch, error) {
	row, err := s.q.LastAnchored(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing is anchored yet
	}
	if err != nil {
		return nil, fmt.Errorf("anchor: last epoch: %w", err)
	}
	epochs, err := s.complete(ctx, []dbsqlc.Epoch{row})
	if err != nil {
		return nil, err
	}
	return &epochs[0], nil
}

// LastCandidate returns the candidate that was cut last, or nil.
func (s *Store) LastCandidate(ctx context.Context) (*anchor.Candidate, error) {
	record, err := s.q.LastCandidate(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing was cut yet
	}
	if err != nil {
		return nil, fmt.Errorf("anchor: last candidate: %w", err)
	}
	c, err := anchor.ParseCandidate(record)
	return &c, err
}

// Waiting returns at most limit epochs that were cut and are not anchored, in their order.
func (s *Store) Waiting(ctx context.Context, limit int) ([]anchor.Epoch, error) {
	rows, err := s.q.Waiting(ctx, int32(limit)) // #nosec G115 -- a page
	if err != nil {
		return nil, fmt.Errorf("anchor: waiting epochs: %w", err)
	}
	return s.complete(ctx, rows)
}

// Uncosigned returns at most limit of them that have no note, in their order.
func (s *Store) Uncosigned(ctx context.Context, limit int) ([]anchor.Epoch, error) {
	rows, err := s.q.Uncosigned(ctx, int32(limit)) // #nosec G115 -- a page
	if err != nil {
		return nil, fmt.Errorf("anchor: epochs without a note: %w", err)
	}
	return s.complete(ctx, rows)
}

// CountWaiting counts the epochs that were cut and are not anchored.
func (s *Store) CountWaiting(ctx context.Context) (int, error) {
	n, err := s.q.CountWaiting(ctx)
	if err != nil {
		return 0, fmt.Errorf("anchor: count waiting epochs: %w", err)
	}
	return int(n), nil
}

// HasCandidate says whether this record was cut here.
func (s *Store) HasCandidate(ctx context.Context, number uint64, hash model.Hash) (bool, error) {
	return s.q.CandidateExists(ctx, dbsqlc.CandidateExistsParams{Number: int64(number), RecordHash: hash[:]})
}

// AddNote keeps a cosigned checkpoint of the index.
func (s *Store) AddNote(ctx context.Context, number uint64, note []byte) error {
	if err := s.q.InsertNote(ctx, dbsqlc.InsertNoteParams{Number: int64(number), Note: string(note)}); err != nil {
		return fmt.Errorf("anchor: keep note of epoch %d: %w", number, err)
	}
	return nil
}

// Anchor records that the ledger holds c, with its endorsements, the message EpochAnchored and an audit row.
func (s *Store) Anchor(ctx context.Context, c anchor.Candidate, t anchor.Transaction) error {
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		q := s.q.WithTx(tx)
		err := q.InsertAnchored(ctx, dbsqlc.InsertAnchoredParams{
			Number: int64(c.Number()), RecordHash: c.Hash[:], TransactionID: t.ID,
			Channel: t.Channel, Chaincode: t.Chaincode, Block: int64(t.Block),
		})
		if err != nil {
			return err
		}
		for i, e := range t.Endorsements {
			err := q.InsertEndorsement(ctx, dbsqlc.InsertEndorsementParams{
				Number: int64(c.Number()), Ordinal: int16(i), MspID: e.MSPID,
				Certificate: e.CertificatePEM, Signature: e.Signature, Signed: e.Signed,
			})
			if err != nil {
				return err
			}
		}
		if err := audit.Record(ctx, tx, "anchor.AnchorEpoch", fmt.Sprintf("epochs/%d", c.Number())); err != nil {
			return err
		}
		return events.PublishEpochAnchored(ctx, tx, c.Number(), t)
	})
	if err != nil {
		return fmt.Errorf("anchor: store epoch %d: %w", c.Number(), err)
	}
	return nil
}
