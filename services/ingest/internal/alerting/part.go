package alerting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/postgres"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// partPage bounds the vehicles that one transaction looks at for a recalled part.
const partPage = 500

// Part is a change of a part.
type Part struct {
	Kind                       int32
	Number, Installed, Removed string
}

// partOf reads an event about a part; nil for all others.
func partOf(eventType string, data []byte) (*Part, error) {
	if !alert.ChangesPart(eventType) {
		return nil, nil //nolint:nilnil // most events are about none
	}
	m := &eventsv1.PartChange{}
	if err := proto.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("alerting: a part: %w", err)
	}
	return &Part{
		Kind: int32(m.GetKind()), Number: storable(m.GetPartNumber()),
		Installed: storable(m.GetInstalledSerial()), Removed: storable(m.GetRemovedSerial()),
	}, nil
}

// storable replaces NUL, which PostgreSQL does not store.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }

// addParts stores the facts about parts and returns the recalls of what the vehicles have then.
func addParts(ctx context.Context, q *dbsqlc.Queries, facts []Fact) ([]Fact, error) {
	changes := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Part == nil })
	if len(changes) == 0 {
		return nil, nil
	}
	names, err := namesOf(ctx, q, changes)
	if err != nil {
		return nil, err
	}
	var rows dbsqlc.AddPartsParams
	for i, f := range changes {
		rows.Passports, rows.Names, rows.Times = append(rows.Passports, f.Passport), append(rows.Names, names[i]), append(rows.Times, f.At)
		rows.Kinds, rows.PartNumbers = append(rows.Kinds, f.Part.Kind), append(rows.PartNumbers, f.Part.Number)
		rows.InstalledSerials, rows.RemovedSerials = append(rows.InstalledSerials, f.Part.Installed), append(rows.RemovedSerials, f.Part.Removed)
	}
	if err := q.AddParts(ctx, rows); err != nil {
		return nil, fmt.Errorf("alerting: add parts: %w", err)
	}
	return recallsOf(ctx, q, inOrder(changes))
}

// recallsOf returns the recalls of parts that vehicles have, as facts.
func recallsOf(ctx context.Context, q *dbsqlc.Queries, passports []uuid.UUID) (facts []Fact, err error) {
	rows, err := q.RecallsOfInstalled(ctx, passports)
	if err != nil {
		return nil, fmt.Errorf("alerting: recalls of parts: %w", err)
	}
	for _, r := range rows {
		facts = append(facts, RecallFact(ingest.Recall{
			Name: r.Recall, Member: r.Member, Campaign: r.Campaign, Defect: r.Defect, IssuedAt: r.IssuedAt,
		}, r.Passport))
	}
	return facts, nil
}

// searchPart looks for vehicles that have a recalled part, one page of them; found is false when there is nothing to look for.
func (f *Follower) searchPart(ctx context.Context) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if _, err := dbsqlc.New(f.Pool).SearchingPart(ctx); errors.Is(err, pgx.ErrNoRows) {
		return false, nil // as nearly always: nobody needs the lock
	}
	err = postgres.InTx(ctx, f.Pool, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		if err := q.LockAlerts(ctx); err != nil {
			return fmt.Errorf("alerting: lock: %w", err)
		}
		part, err := q.SearchingPart(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("alerting: look for recalled parts: %w", err)
		}
		found = true
		return f.searchPage(ctx, tx, part)
	})
	return found, err
}

func (f *Follower) searchPage(ctx context.Context, tx pgx.Tx, part dbsqlc.RecallPart) error {
	q := dbsqlc.New(tx)
	passports, err := q.PassportsWithPart(ctx, dbsqlc.PassportsWithPartParams{
		PartNumber: part.PartNumber, After: part.SearchedTo, Page: partPage,
	})
	if err != nil {
		return fmt.Errorf("alerting: vehicles with a part: %w", err)
	}
	facts, err := recallsOf(ctx, q, passports)
	if err != nil {
		return err
	}
	if err := f.Keeper.Learn(ctx, tx, facts); err != nil {
		return err
	}
	to := part.SearchedTo
	if len(passports) > 0 {
		to = passports[len(passports)-1]
	}
	err = q.AdvancePart(ctx, dbsqlc.AdvancePartParams{
		Recall: part.Recall, PartNumber: part.PartNumber, SearchedTo: to, SearchEnded: len(passports) < partPage,
	})
	if err != nil {
		return fmt.Errorf("alerting: move the search on: %w", err)
	}
	return nil
}

// RecallParts keeps the parts of a recall, for the follower to look for in the caller's transaction's wake.
func RecallParts(ctx context.Context, tx pgx.Tx, recall ingest.Recall, partNumbers []string) error {
	err := dbsqlc.New(tx).AddRecallParts(ctx, dbsqlc.AddRecallPartsParams{
		Recall: recall.Name, Member: recall.Member, Campaign: recall.Campaign, Defect: recall.Defect, IssuedAt: recall.IssuedAt,
		PartNumbers: partNumbers,
	})
	if err != nil {
		return fmt.Errorf("alerting: parts of a recall: %w", err)
	}
	return nil
}
