package postgres

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

// noticeOnce is within what time an erasure that is repeated makes no second notice.
const noticeOnce = time.Hour

// AddErasureNotice tells of the erasure of a vehicle's identity, if the vehicle has a passport; once, when called again soon.
func (s *Store) AddErasureNotice(ctx context.Context, tag eventlist.Tag, at time.Time) error {
	return s.InTx(ctx, func(tx Tx) error {
		added, err := tx.q.AddErasureNotice(ctx, dbsqlc.AddErasureNoticeParams{Tag: tag[:], ErasedAt: at, Since: at.Add(-noticeOnce)})
		if err != nil || added == 0 {
			return failed(err, "add an erasure notice")
		}
		return tx.Audit(ctx, "PurgeVehicle", "passports/-")
	})
}

// ErasureNotices returns at most limit notices after a place.
func (s *Store) ErasureNotices(ctx context.Context, after int64, limit int) ([]registry.ErasureNotice, error) {
	rows, err := s.q.ErasureNotices(ctx, dbsqlc.ErasureNoticesParams{After: after, MaxRows: rowLimit(limit)})
	notices := make([]registry.ErasureNotice, len(rows))
	for i, r := range rows {
		notices[i] = registry.ErasureNotice{Number: r.ID, Passport: r.Passport, EraseTime: r.ErasedAt}
	}
	return notices, failed(err, "list erasure notices")
}
