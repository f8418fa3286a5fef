package fsck

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

// rowsPage bounds the rows of extents, and of heads, in memory.
const rowsPage = 1000

// extent is a row of the table extents.
type extent struct {
	epoch  int64
	stream string
	size   int64
	list   []byte
}

func openExtents(ctx context.Context, tx pgx.Tx) (*fsck.Rows[extent], error) {
	const query = `SELECT epoch, stream, size, list FROM extents ORDER BY epoch, stream COLLATE "C"`
	return fsck.OpenRows(ctx, tx, tableExtents, query, rowsPage, func(row pgx.CollectableRow) (x extent, err error) {
		err = row.Scan(&x.epoch, &x.stream, &x.size, &x.list)
		return x, err
	})
}

// checkExtents compares the extents of an epoch with the streams that have grown since the one before.
func (e *examination) checkExtents(ctx context.Context, _ string, record *model.EpochRecord) error {
	number := int64(record.Number) // #nosec G115 -- a number of epochs
	for _, c := range record.Streams {
		if before, found := e.last.Checkpoint(c.Stream); found && before.Size == c.Size {
			continue
		}
		err := e.foreignExtents(ctx, func(x *extent) bool { return x.epoch < number || x.epoch == number && x.stream < c.Stream })
		if err != nil {
			return err
		}
		row, err := e.extents.Take(ctx, func(x *extent) bool { return x.epoch == number && x.stream == c.Stream })
		if err != nil {
			return err
		}
		e.compareExtent(record.Number, c, row)
	}
	return e.foreignExtents(ctx, func(x *extent) bool { return x.epoch <= number })
}

func (e *examination) compareExtent(number uint64, c model.StreamCheckpoint, row *extent) {
	if row == nil {
		e.found.Add(ExtentMissing, c.Stream, fsck.AtEpoch(number), "the stream grew to %d entries, and no extent says so", c.Size)
		return
	}
	list, err := headproof.ParseList(row.list)
	want := headproof.Head{Count: c.Size, Root: headproof.Hash(c.Root)}
	if err != nil || list.Head() != want || row.size != int64(c.Size) { // #nosec G115 -- at most 2^48
		e.found.Add(ExtentChanged, c.Stream, fsck.AtEpoch(number), "the extent does not give the %d entries and the root of the record", c.Size)
	}
}

// foreignExtents tells of extents that no record accounts for.
func (e *examination) foreignExtents(ctx context.Context, foreign func(*extent) bool) error {
	for {
		row, err := e.extents.Take(ctx, foreign)
		if err != nil || row == nil {
			return err
		}
		place := fsck.AtTable(tableExtents)
		if row.epoch > 0 {
			place = fsck.AtEpoch(uint64(row.epoch))
		}
		e.found.Add(ExtentBeyond, row.stream, place, "the stream did not grow in epoch %d, which has an extent of it", row.epoch)
	}
}

func (e *examination) restOfExtents(ctx context.Context) error {
	return e.foreignExtents(ctx, func(*extent) bool { return true })
}
