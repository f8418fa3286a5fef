package postgres

import (
	"context"
	"errors"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

var _ ingest.AlertReader = (*Store)(nil)

// ListAlerts implements ingest.AlertReader.
func (s *Store) ListAlerts(ctx context.Context, member string, passport, before uuid.UUID, limit int) ([]ingest.Alert, error) {
	return s.alerts(ctx, member, "list alerts", func(q *dbsqlc.Queries) ([]dbsqlc.Alert, error) {
		return q.ListAlerts(ctx, dbsqlc.ListAlertsParams{
			Member: member, Before: before, OfPassport: passport != uuid.Nil, Passport: passport, Page: int32(min(limit, math.MaxInt32)),
		})
	})
}

// GetAlert implements ingest.AlertReader.
func (s *Store) GetAlert(ctx context.Context, member string, id uuid.UUID) (ingest.Alert, error) {
	found, err := s.alerts(ctx, member, "get an alert", func(q *dbsqlc.Queries) ([]dbsqlc.Alert, error) {
		row, err := q.GetAlert(ctx, dbsqlc.GetAlertParams{Member: member, ID: id})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, ingest.ErrAlertNotFound
		}
		return []dbsqlc.Alert{row}, err
	})
	if err != nil {
		return ingest.Alert{}, err
	}
	return found[0], nil
}

// AlertsAfter implements ingest.AlertReader.
func (s *Store) AlertsAfter(ctx context.Context, member string, after int64, limit int) ([]ingest.Alert, error) {
	return s.alerts(ctx, member, "watch alerts", func(q *dbsqlc.Queries) ([]dbsqlc.Alert, error) {
		return q.AlertsAfter(ctx, dbsqlc.AlertsAfterParams{Member: member, After: after, Page: int32(min(limit, math.MaxInt32))})
	})
}

// alerts runs a query as the reader of one member.
func (s *Store) alerts(ctx context.Context, member, what string, query func(*dbsqlc.Queries) ([]dbsqlc.Alert, error)) ([]ingest.Alert, error) {
	var rows []dbsqlc.Alert
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) (err error) {
		rows, err = query(dbsqlc.New(tx))
		return err
	})
	out := make([]ingest.Alert, len(rows))
	for i, r := range rows {
		out[i] = ToAlert(r)
	}
	return out, failed(what, err)
}

// ToAlert converts an alert as it is stored.
func ToAlert(r dbsqlc.Alert) ingest.Alert {
	return ingest.Alert{
		ID: r.ID, Passport: r.Passport, Kind: alert.Kind(r.Kind), Cause: r.Cause, CauseAt: r.CauseAt,
		Evidence: r.Evidence, EvidenceAt: r.EvidenceAt, Campaign: r.Campaign,
		RaisedAt: r.RaisedAt, ExplainedAt: r.ExplainedAt, Position: r.Position,
	}
}

// RememberEnroller keeps who enrolled a passport, in the caller's transaction.
func RememberEnroller(ctx context.Context, tx pgx.Tx, passport uuid.UUID, member string) error {
	err := dbsqlc.New(tx).RememberEnroller(ctx, dbsqlc.RememberEnrollerParams{Passport: passport, Member: member})
	return failed("remember who enrolled a passport", err)
}
