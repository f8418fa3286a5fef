package postgres_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
)

const copied = `CREATE TABLE copied (n bigint PRIMARY KEY, id uuid, said text, data bytea, small smallint, big bigint, at timestamptz)`

var copiedColumns = []string{"n", "id", "said", "data", "small", "big", "at"}

// TestCopiedRowsAreAsTheyWereWritten copies more than one buffer of rows, with NULLs in every second one.
func TestCopiedRowsAreAsTheyWereWritten(t *testing.T) {
	pool := open(t, copied)
	at := time.Date(1886, time.January, 29, 10, 0, 0, 123_456_000, time.UTC)
	id, negative, long := uuid.New(), int64(-7), strings.Repeat("é\"", 50)
	for _, rows := range []int{0, 1, 3000} {
		exec(t, pool, "TRUNCATE copied")
		err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			return postgres.Copy(t.Context(), tx, "copied", copiedColumns, rows, func(i int, r *postgres.Row) {
				r.Int8(int64(i))
				r.UUID(id)
				r.Text(long + fmt.Sprint(i))
				if i%2 == 0 {
					r.Bytes([]byte{})
					r.Int2(-3)
					r.NullInt8(&negative)
				} else {
					r.Bytes(nil)
					r.Int2(3)
					r.NullInt8(nil)
				}
				r.Time(at.Add(time.Duration(i) * time.Microsecond))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		var got int
		err = pool.QueryRow(t.Context(), `SELECT count(*) FROM copied WHERE id = $1 AND said = $2 || n AND at = $3::timestamptz + n * interval '1 microsecond'
			AND CASE WHEN n % 2 = 0 THEN data = '' AND small = -3 AND big = -7 ELSE data IS NULL AND small = 3 AND big IS NULL END`,
			id, long, at).Scan(&got)
		if err != nil || got != rows {
			t.Errorf("%d of %d rows are as they were written, %v", got, rows, err)
		}
	}
}

func TestACopyThatCannotBeStoredLeavesNothing(t *testing.T) {
	pool := open(t, copied)
	for what, write := range map[string]func(i int, r *postgres.Row){
		"a value too few": func(i int, r *postgres.Row) {
			r.Int8(int64(i))
			r.UUID(uuid.New())
		},
		"another type": func(i int, r *postgres.Row) {
			r.Int8(int64(i))
			for range 6 {
				r.Int2(1)
			}
		},
		"the same key": func(_ int, r *postgres.Row) {
			r.Int8(1)
			for range 6 {
				r.Bytes(nil)
			}
		},
		"no text": func(i int, r *postgres.Row) {
			r.Int8(int64(i))
			r.Bytes(nil)
			r.Text(string(bytes.Repeat([]byte{0xff}, 3)))
			for range 4 {
				r.Bytes(nil)
			}
		},
	} {
		err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
			return postgres.Copy(t.Context(), tx, "copied", copiedColumns, 2, write)
		})
		var rows int
		if scanErr := pool.QueryRow(t.Context(), "SELECT count(*) FROM copied").Scan(&rows); err == nil || scanErr != nil || rows != 0 {
			t.Errorf("%s: %v, then %d rows, %v", what, err, rows, scanErr)
		}
	}
}
