package postgres

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

const actionAcknowledge = "ingest.AcknowledgeAlert"

var (
	_ ingest.AlertReader       = (*Store)(nil)
	_ ingest.AcknowledgementTx = Tx{}
)

// ListAlerts implements ingest.AlertReader.
func (s *Store) ListAlerts(ctx context.Context, member string, filter ingest.AlertFilter, before uuid.UUID, limit int) (out []ingest.Alert, err error) {
	err = s.readAlerts(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.ListAlerts(ctx, dbsqlc.ListAlertsParams{
			Member: member, Before: before, OfPassport: filter.Passport != uuid.Nil, Passport: filter.Passport,
			Unacknowledged: filter.Unacknowledged, Page: int32(min(limit, math.MaxInt32)),
		})
		for i := range rows {
			out = append(out, toReadAlert(dbsqlc.GetAlertRow(rows[i])))
		}
		return err
	})
	return out, failed("list alerts", err)
}

// GetAlert implements ingest.AlertReader.
func (s *Store) GetAlert(ctx context.Context, member string, id uuid.UUID) (a ingest.Alert, err error) {
	err = s.readAlerts(ctx, member, func(q *dbsqlc.Queries) error {
		a, err = getAlert(ctx, q, member, id)
		return err
	})
	return a, failed("get an alert", err)
}

func getAlert(ctx context.Context, q *dbsqlc.Queries, member string, id uuid.UUID) (ingest.Alert, error) {
	row, err := q.GetAlert(ctx, dbsqlc.GetAlertParams{Member: member, ID: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return ingest.Alert{}, ingest.ErrAlertNotFound
	}
	return toReadAlert(row), err
}

// AlertsAfter implements ingest.AlertReader.
func (s *Store) AlertsAfter(ctx context.Context, member string, after int64, limit int) (out []ingest.Alert, err error) {
	err = s.readAlerts(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.AlertsAfter(ctx, dbsqlc.AlertsAfterParams{Member: member, After: after, Page: int32(min(limit, math.MaxInt32))})
		for i := range rows {
			out = append(out, toReadAlert(dbsqlc.GetAlertRow(rows[i])))
		}
		return err
	})
	return out, failed("watch alerts", err)
}

// readAlerts runs a query as the reader of one member.
func (s *Store) readAlerts(ctx context.Context, member string, query func(*dbsqlc.Queries) error) error {
	return postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error { return query(dbsqlc.New(tx)) })
}

// AcknowledgeAlert implements ingest.AcknowledgementTx.
func (t Tx) AcknowledgeAlert(ctx context.Context, id uuid.UUID, now time.Time) (ingest.Alert, error) {
	q, caller := dbsqlc.New(t.tx), authn.FromContext(ctx)
	err := q.AcknowledgeAlert(ctx, dbsqlc.AcknowledgeAlertParams{
		Member: caller.Member, ID: id, AcknowledgedBy: caller.Subject(), AcknowledgedAt: now,
	})
	if err != nil {
		return ingest.Alert{}, wrapped("acknowledge an alert", err)
	}
	acknowledged, err := getAlert(ctx, q, caller.Member, id)
	if err != nil {
		return ingest.Alert{}, wrapped("read an alert", err)
	}
	return acknowledged, audit.Record(ctx, t.tx, actionAcknowledge, "alerts/"+id.String())
}

// toReadAlert converts an alert with the acknowledgement of the member that reads it.
func toReadAlert(r dbsqlc.GetAlertRow) ingest.Alert {
	a := ToAlert(r.Alert)
	a.AcknowledgedAt, a.AcknowledgedBy = r.AcknowledgedAt, r.AcknowledgedBy
	return a
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
