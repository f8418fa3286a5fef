package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// copyBuffer is about what is written of the rows before it is sent.
const copyBuffer = 64 << 10

// Copy appends rows to a table by COPY in its binary format. write is called for each row in turn and gives it a value for each of
// the columns, in their order and of exactly their type: nothing is converted, and nothing is asked of the database before.
func Copy(ctx context.Context, tx pgx.Tx, table string, columns []string, rows int, write func(i int, r *Row)) error {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = pgx.Identifier{c}.Sanitize()
	}
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", pgx.Identifier{table}.Sanitize(), strings.Join(names, ", "))
	_, err := tx.Conn().PgConn().CopyFrom(ctx, newCopySource(len(columns), rows, write), sql)
	return err
}

// Row takes the values of a row.
type Row struct {
	buf    []byte
	fields int
}

// UUID writes a uuid.
func (r *Row) UUID(v [16]byte) { r.Bytes(v[:]) }

// Text writes a text.
func (r *Row) Text(v string) {
	r.length(len(v))
	r.buf = append(r.buf, v...)
}

// Bytes writes a bytea; nil is NULL.
func (r *Row) Bytes(v []byte) {
	if v == nil {
		r.null()
		return
	}
	r.length(len(v))
	r.buf = append(r.buf, v...)
}

// Int2 writes a smallint.
func (r *Row) Int2(v int16) {
	r.length(2)
	r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(v))
}

// Int8 writes a bigint.
func (r *Row) Int8(v int64) {
	r.length(8)
	r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(v))
}

// NullInt8 writes a bigint; nil is NULL.
func (r *Row) NullInt8(v *int64) {
	if v == nil {
		r.null()
		return
	}
	r.Int8(*v)
}

// Time writes a timestamptz, in whole microseconds.
func (r *Row) Time(v time.Time) {
	const epoch = 946_684_800_000_000 // of PostgreSQL, the year 2000
	r.Int8(v.UnixMicro() - epoch)
}

func (r *Row) null() {
	r.fields++
	r.buf = append(r.buf, 0xff, 0xff, 0xff, 0xff)
}

func (r *Row) length(n int) {
	r.fields++
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(n))
}

// copySource is rows as COPY reads them.
type copySource struct {
	columns, rows int
	write         func(i int, r *Row)
	row           Row
	// sent is how much of row.buf was read, next the row after those in it.
	sent, next int
}

func newCopySource(columns, rows int, write func(i int, r *Row)) *copySource {
	const signature, flags = "PGCOPY\n\xff\r\n\x00", "\x00\x00\x00\x00\x00\x00\x00\x00"
	s := &copySource{columns: columns, rows: rows, write: write}
	s.row.buf = append(make([]byte, 0, 2*copyBuffer), signature+flags...)
	return s
}

// Read implements io.Reader.
func (s *copySource) Read(p []byte) (int, error) {
	if s.sent == len(s.row.buf) {
		if s.next > s.rows {
			return 0, io.EOF
		}
		s.row.buf, s.sent = s.row.buf[:0], 0
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.row.buf[s.sent:])
	s.sent += n
	return n, nil
}

// fill writes the next rows, and the end after the last.
func (s *copySource) fill() error {
	for s.next < s.rows && len(s.row.buf) < copyBuffer {
		s.row.buf = binary.BigEndian.AppendUint16(s.row.buf, uint16(s.columns))
		s.row.fields = 0
		s.write(s.next, &s.row)
		if s.row.fields != s.columns {
			return fmt.Errorf("postgres: row %d has %d values for %d columns", s.next, s.row.fields, s.columns)
		}
		s.next++
	}
	if s.next == s.rows {
		s.row.buf = append(s.row.buf, 0xff, 0xff)
		s.next++
	}
	return nil
}
