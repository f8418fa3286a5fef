package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/postgres"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/signing"
)

const (
	actionRegisterKey = "ingest.RegisterSourceKey"
	actionRevokeKey   = "ingest.RevokeSourceKey"
)

// Tx is the transaction of a request: it implements ingest.KeyTx and ingest.AcknowledgementTx.
type Tx struct{ tx pgx.Tx }

// Once runs f in a transaction at most once per (caller, method, request id) and returns its answer or the stored one.
func Once[Resp proto.Message](ctx context.Context, s *Store, method string, req idempotency.Request, empty Resp, f func(Tx) (Resp, error)) (resp Resp, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		resp, err = idempotency.Do(ctx, tx, method, req, empty, func() (Resp, error) { return f(Tx{tx}) })
		return err
	})
	return resp, failed(method, err)
}

// AddSourceKey implements ingest.KeyTx.
func (t Tx) AddSourceKey(ctx context.Context, k ingest.SourceKey, enrolment []byte) (ingest.SourceKey, error) {
	q := dbsqlc.New(t.tx)
	size, err := t.lockStream(ctx, k.Member)
	if err != nil {
		return ingest.SourceKey{}, err
	}
	k.FirstSequence = size
	active, err := q.CountActiveKeys(ctx, k.Source)
	if err != nil {
		return ingest.SourceKey{}, wrapped("count keys", err)
	}
	if active >= ingest.MaxActiveKeys {
		return ingest.SourceKey{}, ingest.ErrTooManyKeys
	}
	row := dbsqlc.InsertSourceKeyParams{
		ID: k.ID[:], Member: k.Member, Source: k.Source, PublicKey: k.Public.DER(), CreatedAt: k.CreatedAt, FirstSequence: int64(size),
	}
	if k.Passport != nil {
		row.Passport = uuid.NullUUID{UUID: *k.Passport, Valid: true}
	}
	err = q.InsertSourceKey(ctx, row)
	if postgres.ViolatedConstraint(err) == "source_key_pkey" {
		return ingest.SourceKey{}, ingest.ErrSourceKeyExists
	}
	if err != nil {
		return ingest.SourceKey{}, wrapped("insert a key", err)
	}
	return k, t.record(ctx, actionRegisterKey, k, enrolment)
}

// EndSourceKey implements ingest.KeyTx.
func (t Tx) EndSourceKey(ctx context.Context, member string, id signing.KeyID, reason string, now time.Time) (ingest.SourceKey, error) {
	q := dbsqlc.New(t.tx)
	size, err := t.lockStream(ctx, member)
	if err != nil {
		return ingest.SourceKey{}, err
	}
	row, err := q.GetSourceKey(ctx, dbsqlc.GetSourceKeyParams{ID: id[:], Member: member})
	if errors.Is(err, pgx.ErrNoRows) {
		return ingest.SourceKey{}, ingest.ErrSourceKeyNotFound
	}
	if err != nil {
		return ingest.SourceKey{}, wrapped("read a key", err)
	}
	if row.RevokedAt != nil {
		return ingest.SourceKey{}, ingest.ErrSourceKeyRevoked
	}
	end := int64(size)
	row.RevokedAt, row.EndSequence, row.RevokeReason = &now, &end, reason
	if err := q.EndSourceKey(ctx, dbsqlc.EndSourceKeyParams{RevokedAt: &now, EndSequence: &end, RevokeReason: reason, ID: id[:]}); err != nil {
		return ingest.SourceKey{}, wrapped("revoke a key", err)
	}
	k, err := toSourceKey(&row)
	if err != nil {
		return ingest.SourceKey{}, err
	}
	return k, t.record(ctx, actionRevokeKey, k, nil)
}

// lockStream waits for its turn among the member's writers, and returns the size of the member's stream, which then stays.
func (t Tx) lockStream(ctx context.Context, member string) (size uint64, err error) {
	if err := dbsqlc.New(t.tx).LockMember(ctx, member); err != nil {
		return 0, wrapped("lock member", err)
	}
	latest, err := journal.Latest(ctx, t.tx, ingest.StreamOf(member))
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return 0, wrapped("read the member's stream", err)
	}
	return latest.Size, nil
}

// record journals a change of a key, so that it is anchored like the events, and audits it.
func (t Tx) record(ctx context.Context, action string, k ingest.SourceKey, enrolment []byte) error {
	entry := &ingestv1.JournaledSourceKey{Key: wire.FromSourceKey(k), Enrolment: enrolment}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(entry)
	if err != nil {
		return fmt.Errorf("marshal the journal's payload: %w", err)
	}
	leaf := unlisted(string(entry.ProtoReflect().Descriptor().FullName()), payload)
	if _, _, err := journal.Append(ctx, t.tx, ingest.KeyStreamOf(k.Member), []journal.Leaf{leaf}); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	return audit.Record(ctx, t.tx, action, k.Name())
}

// MemberKeys returns up to limit keys of a member after the given id, by id: without those of vehicles, unless caller is the
// member.
func (s *Store) MemberKeys(ctx context.Context, member, caller string, after []byte, limit int) ([]ingest.SourceKey, error) {
	rows, err := dbsqlc.New(s.owner).MemberSourceKeys(ctx, dbsqlc.MemberSourceKeysParams{
		Member: member, Caller: caller, After: notNil(after), Page: int32(limit),
	})
	if err != nil {
		return nil, failed("list keys of a member", err)
	}
	return toSourceKeys(rows)
}

// VehicleKeys returns up to limit keys of a vehicle after the given id, by id.
func (s *Store) VehicleKeys(ctx context.Context, passport uuid.UUID, after []byte, limit int) ([]ingest.SourceKey, error) {
	rows, err := dbsqlc.New(s.owner).PassportSourceKeys(ctx, dbsqlc.PassportSourceKeysParams{
		Passport: passport, After: notNil(after), Page: int32(limit),
	})
	if err != nil {
		return nil, failed("list keys of a vehicle", err)
	}
	return toSourceKeys(rows)
}

// notNil keeps an absent id from being NULL, with which nothing compares.
func notNil(id []byte) []byte { return append([]byte{}, id...) }
