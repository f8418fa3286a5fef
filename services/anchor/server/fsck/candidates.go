package fsck

import (
	"context"
	"crypto/sha256"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
)

// candidatesPage bounds the records in memory, of up to 256 KiB each.
const candidatesPage = 16

// candidate is a row of the table of that name.
type candidate struct {
	number uint64
	hash   []byte
	record string
}

func openCandidates(ctx context.Context, tx pgx.Tx) (*fsck.Rows[candidate], error) {
	const query = `SELECT number, record_hash, record FROM candidates WHERE number > 0 ORDER BY number`
	return fsck.OpenRows(ctx, tx, tableCandidates, query, candidatesPage, func(row pgx.CollectableRow) (c candidate, err error) {
		var number int64
		err = row.Scan(&number, &c.hash, &c.record)
		c.number = uint64(number) // #nosec G115 -- positive by the query
		return c, err
	})
}

func (e *examination) checkCandidate(ctx context.Context, text string, record *model.EpochRecord) error {
	row, err := e.candidates.Take(ctx, func(c *candidate) bool { return c.number == record.Number })
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(text))
	switch {
	case row == nil:
		e.found.Add(CandidateMissing, keeper.Index, fsck.AtEpoch(record.Number), "the index has the record of this epoch, and no row")
	case row.record != text || string(row.hash) != string(hash[:]):
		e.found.Add(CandidateChanged, keeper.Index, fsck.AtEpoch(record.Number), "the row has another record, or another hash, than the index")
	}
	// A second row under the number: its key is gone.
	for row != nil {
		if row, err = e.candidates.Take(ctx, func(c *candidate) bool { return c.number == record.Number }); err != nil {
			return err
		}
		if row != nil {
			e.found.Add(fsck.RowDuplicate, keeper.Index, fsck.AtEpoch(record.Number), "a second row among the candidates")
		}
	}
	return nil
}

func (e *examination) restOfCandidates(ctx context.Context) error {
	for {
		row, err := e.candidates.Take(ctx, func(*candidate) bool { return true })
		if err != nil || row == nil {
			return err
		}
		e.found.Add(CandidateBeyond, keeper.Index, fsck.AtEpoch(row.number), "the row has a record, and the index ends at epoch %d", e.last.Number)
	}
}
