package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// Rollbacks returns the verdicts of those of passports whose odometers are suspected or established to be turned back, as the
// caller's transaction sees them. The stored verdict says that; which readings show it is judged anew by policy.
func Rollbacks(ctx context.Context, tx pgx.Tx, policy adjudication.Policy, passports []uuid.UUID) (map[uuid.UUID]alert.Verdict, error) {
	rows, err := dbsqlc.New(tx).RolledBack(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("ingest: read verdicts: %w", err)
	}
	out := make(map[uuid.UUID]alert.Verdict, len(rows))
	for _, r := range rows {
		row := dbsqlc.VehiclesRow(r)
		v, err := decodeVehicle(&row)
		if err != nil {
			return nil, err
		}
		if verdict, ok := rollbackOf(v, policy); ok {
			out[r.Passport] = verdict
		}
	}
	return out, nil
}

// rollbackOf finds the weightiest finding of a rollback. ok is false when the policy in force finds none any more.
func rollbackOf(v *ingest.Vehicle, policy adjudication.Policy) (alert.Verdict, bool) {
	readings := make(map[string]alert.Mark, len(v.Readings))
	for i := range v.Readings {
		r := &v.Readings[i]
		readings[r.EventID] = alert.Mark{Name: ingest.EventName(v.Passport, ingest.EventOf(r.EventID)), At: r.OccurredAt}
	}
	result := v.History.Judge(policy)
	for _, f := range result.Findings {
		if f.Verdict < adjudication.RollbackSuspected || len(f.Evidence) == 0 {
			continue
		}
		first, last := readings[f.Evidence[0]], readings[f.Evidence[len(f.Evidence)-1]]
		return alert.Verdict{Rollback: true, Cause: first, Evidence: last}, first.Name != "" && last.Name != ""
	}
	return alert.Verdict{}, false
}
