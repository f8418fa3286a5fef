package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// usualTailBytes is how long few tails are.
const usualTailBytes = 512

// saveVehicles writes the vehicles that changed. It takes no locks before: another writer that was first is noticed by the
// revisions of the tails, and bodies are written after those.
func (a *appraised) saveVehicles(ctx context.Context, tx pgx.Tx) error {
	if len(a.Vehicles) == 0 {
		return nil
	}
	begun := dbsqlc.InsertVehiclesParams{Policy: a.Vehicles[0].Verdict.Policy}
	n := len(a.Vehicles) // nearly all are known
	known := dbsqlc.UpdateVehiclesParams{
		Policy: a.Vehicles[0].Verdict.Policy, Passports: make([]uuid.UUID, 0, n), Revisions: make([]int64, 0, n),
		Tails: make([][]byte, 0, n), Verdicts: make([]string, 0, n), Confidences: make([]int16, 0, n),
	}
	tails := make([]byte, 0, n*usualTailBytes) // one allocation for nearly all
	for _, v := range a.Vehicles {
		start := len(tails)
		tails = appendTail(tails, v)
		tail, verdict, confidence := tails[start:], v.Verdict.Verdict.String(), int16(v.Verdict.Confidence)
		if v.Revision == 0 {
			begun.Passports, begun.Tails = append(begun.Passports, v.Passport), append(begun.Tails, tail)
			begun.Verdicts, begun.Confidences = append(begun.Verdicts, verdict), append(begun.Confidences, confidence)
			continue
		}
		known.Passports, known.Tails = append(known.Passports, v.Passport), append(known.Tails, tail)
		known.Verdicts, known.Confidences = append(known.Verdicts, verdict), append(known.Confidences, confidence)
		known.Revisions = append(known.Revisions, v.Revision+1)
	}
	saved, err := saveTails(ctx, tx, begun, known)
	if err != nil {
		return err
	}
	if saved != int64(n) {
		return errOvertaken
	}
	return a.saveBodies(ctx, tx)
}

func saveTails(ctx context.Context, tx pgx.Tx, begun dbsqlc.InsertVehiclesParams, known dbsqlc.UpdateVehiclesParams) (saved int64, err error) {
	if len(begun.Passports) > 0 {
		inserted, err := dbsqlc.New(tx).InsertVehicles(ctx, begun)
		if err != nil {
			return 0, fmt.Errorf("insert vehicles: %w", err)
		}
		saved += inserted
	}
	if len(known.Passports) > 0 {
		updated, err := dbsqlc.New(tx).UpdateVehicles(ctx, known)
		if err != nil {
			return 0, fmt.Errorf("update vehicles: %w", err)
		}
		saved += updated
	}
	return saved, nil
}

// saveBodies writes the few that changed.
func (a *appraised) saveBodies(ctx context.Context, tx pgx.Tx) error {
	var extended dbsqlc.ExtendBodiesParams
	var replaced dbsqlc.ReplaceBodiesParams
	for _, v := range a.Vehicles {
		readings := v.Readings[:v.Body]
		switch v.Change {
		case ingest.BodyExtended:
			extended.Passports, extended.Readings = append(extended.Passports, v.Passport), append(extended.Readings, encodeBody(readings))
		case ingest.BodyReplaced:
			replaced.Passports, replaced.Readings = append(replaced.Passports, v.Passport), append(replaced.Readings, encodeBody(readings))
			replaced.Signals = append(replaced.Signals, encodeSignals(v.History.Content()))
		case ingest.BodyKept:
		}
	}
	if len(extended.Passports) > 0 {
		if err := dbsqlc.New(tx).ExtendBodies(ctx, extended); err != nil {
			return fmt.Errorf("extend bodies of vehicles: %w", err)
		}
	}
	if len(replaced.Passports) > 0 {
		if err := dbsqlc.New(tx).ReplaceBodies(ctx, replaced); err != nil {
			return fmt.Errorf("replace bodies of vehicles: %w", err)
		}
	}
	return nil
}
