package fsck

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

// head is a row of the table heads.
type head struct {
	epoch     int64
	key, list []byte
}

func openHeads(ctx context.Context, tx pgx.Tx) (*fsck.Rows[head], error) {
	const query = `SELECT epoch, key, list FROM heads ORDER BY epoch, key`
	return fsck.OpenRows(ctx, tx, tableHeads, query, rowsPage, func(row pgx.CollectableRow) (h head, err error) {
		err = row.Scan(&h.epoch, &h.key, &h.list)
		return h, err
	})
}

// checkHeads makes the map of an epoch from its lists and the map before, and compares it with the record.
func (e *examination) checkHeads(ctx context.Context, _ string, record *model.EpochRecord) error {
	number := int64(record.Number) // #nosec G115 -- a number of epochs
	if err := e.foreignHeads(ctx, func(h *head) bool { return h.epoch < number }); err != nil {
		return err
	}
	grown, rows, err := e.readHeads(ctx, record.Number)
	if err != nil {
		return err
	}
	if e.lists, err = e.lists.Apply(grown); err != nil {
		return fmt.Errorf("fsck: map of epoch %d: %w", record.Number, err)
	}
	was := e.sound
	e.sound = model.Hash(e.lists.Root()) == record.MapRoot && uint64(e.lists.Len()) == record.MapKeys // #nosec G115 -- not negative
	switch {
	case e.sound:
	case rows == 0 && record.MapRoot != e.last.MapRoot:
		e.found.Add(HeadsMissing, "", fsck.AtEpoch(record.Number), "the epoch changed the map, and no list is stored of it")
	case was:
		e.found.Add(HeadsChanged, "", fsck.AtEpoch(record.Number), "its %d lists, with those before, do not make the map of the record", rows)
	}
	return nil
}

// readHeads returns the heads of the lists that are stored of an epoch, and how many rows there are.
func (e *examination) readHeads(ctx context.Context, number uint64) (grown []headproof.Entry, rows int, err error) {
	for ; ; rows++ {
		row, err := e.heads.Take(ctx, func(h *head) bool { return h.epoch == int64(number) }) // #nosec G115 -- a number of epochs
		if err != nil || row == nil {
			return grown, rows, err
		}
		entry, err := e.readHead(row)
		switch {
		case err != nil:
			e.found.Add(HeadUnreadable, "", fsck.AtEpoch(number), "the row of one of its lists: %v", err)
		case len(grown) > 0 && grown[len(grown)-1].Key == entry.Key:
			e.found.Add(fsck.RowDuplicate, "", fsck.AtEpoch(number), "one of its lists has a second row")
		default:
			grown = append(grown, entry)
		}
	}
}

// readHead reads a row whose list has grown.
func (e *examination) readHead(row *head) (entry headproof.Entry, err error) {
	list, err := headproof.ParseList(row.list)
	if err != nil {
		return entry, err
	}
	if len(row.key) != headproof.KeyBytes {
		return entry, fmt.Errorf("a key of %d bytes", len(row.key))
	}
	entry = headproof.Entry{Key: headproof.Key(bytes.Clone(row.key)), Head: list.Head()}
	if before, has := e.lists.Get(entry.Key); has && before.Count >= list.Count() || list.Count() == 0 {
		return entry, fmt.Errorf("%d entries after %d", list.Count(), before.Count)
	}
	return entry, nil
}

// foreignHeads tells of lists of epochs that the index does not have, once an epoch.
func (e *examination) foreignHeads(ctx context.Context, foreign func(*head) bool) error {
	for told := int64(-1); ; {
		row, err := e.heads.Take(ctx, foreign)
		if err != nil || row == nil {
			return err
		}
		if row.epoch != told {
			told = row.epoch
			e.found.Add(HeadsBeyond, "", fsck.AtTable(tableHeads), "lists are stored of epoch %d, and the index has epochs 1 to %d", row.epoch, e.last.Number)
		}
	}
}

func (e *examination) restOfHeads(ctx context.Context) error {
	return e.foreignHeads(ctx, func(*head) bool { return true })
}
