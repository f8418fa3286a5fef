package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/signing"
)

// signerOf is what an event's row says of its signature.
func signerOf(e *ingest.Event) (key []byte, sequence *int64) {
	if e.Signature == nil {
		return nil, nil
	}
	id, number := e.Signature.Statement.KeyID(), int64(e.Signature.Sequence())
	return id[:], &number
}

// keptSignatures is what dead letters keep of signatures.
type keptSignatures struct {
	// trees are those of the covers so far, each made once: a batch can be refused as a whole.
	trees map[*ingest.Cover]signing.Tree
}

// columns returns a signature as its letter's row has it: the statement, which of the covered events the letter's is, and the
// subtrees beside it.
func (k keptSignatures) columns(s *ingest.Signature) (sealed []byte, index int32, beside []byte) {
	if s == nil {
		return nil, 0, nil
	}
	tree, made := k.trees[s.Cover]
	if !made {
		var err error
		if tree, err = s.Tree(); err != nil {
			return nil, 0, nil // the letter is kept whatever is wrong with its signature
		}
		k.trees[s.Cover] = tree
	}
	return s.Statement.Bytes(), int32(s.Index), signing.JoinHashes(tree.Part([]int{s.Index}).Beside)
}

// keptSignature reads what keptSignatures made. Whether it holds for the letter's event is checked when that is replayed.
func keptSignature(row *dbsqlc.DeadLetter) *ingest.Signature {
	statement, err := signing.Parse(row.Statement)
	if err != nil {
		return nil
	}
	beside, err := signing.SplitHashes(row.Beside)
	if err != nil {
		return nil
	}
	part := signing.Part{Indexes: []int{int(row.StatementIndex)}, Events: []ingest.Hash{ingest.Hash(row.ContentHash)}, Beside: beside}
	return &ingest.Signature{Cover: &ingest.Cover{Statement: statement, Part: part}, Index: int(row.StatementIndex)}
}

// siftRevoked parts new events by whether their key was revoked since they were accepted. It is asked under the lock of the
// member, under which keys are revoked too: no event is journaled behind the place where its key ended.
func siftRevoked(ctx context.Context, tx pgx.Tx, events []ingest.Event) (good, revoked []ingest.Event, err error) {
	var ids [][]byte
	for _, s := range statementsOf(events) {
		id := s.KeyID()
		ids = append(ids, id[:])
	}
	if len(ids) == 0 {
		return events, nil, nil
	}
	ended, err := dbsqlc.New(tx).RevokedKeys(ctx, ids)
	if err != nil || len(ended) == 0 {
		return events, nil, wrapped("read revoked keys", err)
	}
	dead := make(map[signing.KeyID]bool, len(ended))
	for _, id := range ended {
		dead[signing.KeyID(id)] = true
	}
	for _, e := range events {
		if e.Signature != nil && dead[e.Signature.Statement.KeyID()] {
			revoked = append(revoked, e)
		} else {
			good = append(good, e)
		}
	}
	return good, revoked, nil
}

// statementsOf returns the statements that cover events, each once.
func statementsOf(events []ingest.Event) []*signing.Signed {
	var statements []*signing.Signed
	seen := make(map[*signing.Signed]bool)
	for _, e := range events {
		if e.Signature != nil && !seen[e.Signature.Statement] {
			seen[e.Signature.Statement] = true
			statements = append(statements, e.Signature.Statement)
		}
	}
	return statements
}

// SigningSources implements ingest.Store.
func (s *Store) SigningSources(ctx context.Context, sources []string) ([]string, error) {
	signing, err := dbsqlc.New(s.owner).SigningSources(ctx, sources)
	return signing, failed("read signing sources", err)
}

// SourceKeys implements ingest.Store.
func (s *Store) SourceKeys(ctx context.Context, ids []signing.KeyID) ([]ingest.SourceKey, error) {
	asked := make([][]byte, len(ids))
	for i, id := range ids {
		asked[i] = id[:]
	}
	rows, err := dbsqlc.New(s.owner).SourceKeysByID(ctx, asked)
	if err != nil {
		return nil, failed("read source keys", err)
	}
	return toSourceKeys(rows)
}

func toSourceKeys(rows []dbsqlc.SourceKey) ([]ingest.SourceKey, error) {
	keys := make([]ingest.SourceKey, len(rows))
	for i := range rows {
		var err error
		if keys[i], err = toSourceKey(&rows[i]); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func toSourceKey(row *dbsqlc.SourceKey) (ingest.SourceKey, error) {
	public, err := signing.ParsePublicKey(row.PublicKey)
	if err != nil {
		return ingest.SourceKey{}, fmt.Errorf("ingest: a stored key: %w", err)
	}
	k := ingest.SourceKey{
		ID: public.ID(), Member: row.Member, Source: row.Source, Public: public, CreatedAt: row.CreatedAt,
		FirstSequence: uint64(row.FirstSequence), RevokedAt: row.RevokedAt, RevokeReason: row.RevokeReason,
	}
	if row.Passport.Valid {
		k.Passport = &row.Passport.UUID
	}
	if row.EndSequence != nil {
		k.EndSequence = uint64(*row.EndSequence)
	}
	return k, nil
}

// wrapped says what failed inside a transaction; nil stays nil.
func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
