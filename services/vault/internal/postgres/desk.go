package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/postgres"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

const actionOpenRequest = "vault.OpenSubjectRequest"

// InDeskTx implements vault.DeskStore.
func (s *Store) InDeskTx(ctx context.Context, f func(vault.DeskTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return f(deskTx{tx}) })
}

// OpenOnce runs f in a transaction, or returns the answer that an earlier call with the same request id got.
func (s *Store) OpenOnce(ctx context.Context, req *vaultv1.OpenSubjectRequestRequest,
	f func(vault.DeskTx) (*vaultv1.OpenSubjectRequestResponse, error)) (resp *vaultv1.OpenSubjectRequestResponse, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		resp, err = idempotency.Do(ctx, tx, "OpenSubjectRequest", req, &vaultv1.OpenSubjectRequestResponse{},
			func() (*vaultv1.OpenSubjectRequestResponse, error) { return f(deskTx{tx}) })
		return err
	})
	return resp, err
}

// Request implements vault.DeskStore.
func (s *Store) Request(ctx context.Context, member string, id uuid.UUID) (r vault.SubjectRequest, certificate []byte, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		row, err := dbsqlc.New(tx).SubjectRequestOfMember(ctx, dbsqlc.SubjectRequestOfMemberParams{ID: id, Member: member})
		r, certificate = requestOf(row.SubjectRequest), row.Certificate
		return err
	})
	return r, certificate, requestNotFound(err)
}

// Requests implements vault.DeskStore.
func (s *Store) Requests(ctx context.Context, member string, after vault.RequestKey, ended bool, limit int) (out []vault.SubjectRequest, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).SubjectRequestsOfMember(ctx, dbsqlc.SubjectRequestsOfMemberParams{
			Member: member, Ended: ended, AfterDue: after.DueTime, AfterID: after.ID, Page: page(limit),
		})
		for _, row := range rows {
			out = append(out, requestOf(row))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: list requests: %w", err)
	}
	return out, nil
}

// deskTx implements vault.DeskTx.
type deskTx struct{ tx pgx.Tx }

// HeldVehicle implements vault.DeskTx.
func (t deskTx) HeldVehicle(ctx context.Context, member string, holder uuid.UUID) (uuid.UUID, error) {
	vehicle, err := dbsqlc.New(t.tx).HolderVehicle(ctx, dbsqlc.HolderVehicleParams{ID: holder, Member: member})
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, vault.ErrHolderNotFound
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("vault: select holder: %w", err)
	}
	return vehicle, nil
}

// LatestHolder implements vault.DeskTx.
func (t deskTx) LatestHolder(ctx context.Context, vehicle uuid.UUID) (uuid.UUID, error) {
	latest, err := dbsqlc.New(t.tx).LatestHolder(ctx, vehicle)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("vault: select the latest holder: %w", err)
	}
	return latest, nil
}

// AddRequest implements vault.DeskTx.
func (t deskTx) AddRequest(ctx context.Context, r vault.SubjectRequest) error {
	err := dbsqlc.New(t.tx).InsertSubjectRequest(ctx, dbsqlc.InsertSubjectRequestParams{
		ID: r.ID, Member: r.Member, Kind: string(r.Kind), State: string(r.State), Scope: string(r.Scope), HolderID: r.Holder, VehicleID: r.Vehicle,
		OpenedBy: r.OpenedBy, ReceivedAt: r.ReceiveTime, DueAt: r.DueTime,
	})
	if err != nil {
		return fmt.Errorf("vault: insert request: %w", err)
	}
	return audit.Record(ctx, t.tx, actionOpenRequest, r.Name())
}

// LockRequest implements vault.DeskTx.
func (t deskTx) LockRequest(ctx context.Context, member string, id uuid.UUID) (vault.SubjectRequest, error) {
	row, err := dbsqlc.New(t.tx).LockSubjectRequest(ctx, dbsqlc.LockSubjectRequestParams{ID: id, Member: member})
	return requestOf(row), requestNotFound(err)
}

// SaveRequest implements vault.DeskTx.
func (t deskTx) SaveRequest(ctx context.Context, action string, r vault.SubjectRequest, objects ...string) error {
	err := dbsqlc.New(t.tx).UpdateSubjectRequest(ctx, dbsqlc.UpdateSubjectRequestParams{
		ID: r.ID, State: string(r.State), HandledBy: r.HandledBy, DueAt: r.DueTime, Extension: r.Extension, Refusal: r.Refusal, EndedAt: r.EndTime,
	})
	if err != nil {
		return fmt.Errorf("vault: update request: %w", err)
	}
	return audit.Record(ctx, t.tx, "vault."+action, append([]string{r.Name()}, objects...)...)
}

func requestNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.ErrRequestNotFound
	}
	if err != nil {
		return fmt.Errorf("vault: select request: %w", err)
	}
	return nil
}

func requestOf(row dbsqlc.SubjectRequest) vault.SubjectRequest {
	return vault.SubjectRequest{
		ID: row.ID, Member: row.Member, Kind: vault.RequestKind(row.Kind), State: vault.RequestState(row.State), Scope: vault.Scope(row.Scope),
		Holder: row.HolderID, Vehicle: row.VehicleID, OpenedBy: row.OpenedBy, HandledBy: row.HandledBy,
		ReceiveTime: row.ReceivedAt, DueTime: row.DueAt, Extension: row.Extension, Refusal: row.Refusal, EndTime: row.EndedAt,
	}
}
