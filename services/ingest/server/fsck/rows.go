package fsck

import (
	"cmp"
	"context"
	"crypto/sha256"
	"math"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// rowsPage bounds the rows in memory.
const rowsPage = 1000

// position is an entry's.
type position struct {
	stream string
	seq    uint64
}

// endOfRows is after every row: no stream has a name like this.
var endOfRows = position{"\xff", math.MaxUint64}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.stream, q.stream), cmp.Compare(p.seq, q.seq))
}

// row is a row of the table event.
type row struct {
	at                      position
	id, passport            uuid.UUID
	member, source, eventID string
	kind                    string
	occurredAt, receivedAt  time.Time
	odometerMetres          *int64
	quality                 int32
	policy                  string
	contentHash, sourceKey  []byte
	sourceSequence          *int64
}

// rows goes through all rows of the table by position.
type rows struct{ *fsck.Rows[row] }

func openRows(ctx context.Context, tx pgx.Tx) (rows, error) {
	const query = `
		SELECT stream, seq, id, passport, member, source, event_id, type, occurred_at, received_at, odometer_metres,
			quality, quality_policy, content_hash, source_key, source_sequence
		FROM event ORDER BY stream COLLATE "C", seq, id`
	all, err := fsck.OpenRows(ctx, tx, "rows of events", query, rowsPage, scanRow)
	return rows{all}, err
}

// at takes the next row if it points there.
func (r rows) at(ctx context.Context, here position) (*row, error) {
	return r.Take(ctx, func(next *row) bool { return next.at == here })
}

// before takes the next row if it points before end.
func (r rows) before(ctx context.Context, end position) (*row, error) {
	return r.Take(ctx, func(next *row) bool { return next.at.compare(end) < 0 })
}

func scanRow(from pgx.CollectableRow) (r row, err error) {
	var seq int64
	err = from.Scan(&r.at.stream, &seq, &r.id, &r.passport, &r.member, &r.source, &r.eventID, &r.kind, &r.occurredAt, &r.receivedAt,
		&r.odometerMetres, &r.quality, &r.policy, &r.contentHash, &r.sourceKey, &r.sourceSequence)
	r.at.seq = uint64(max(seq, 0))
	return r, err
}

// differences names the columns that say otherwise than the entry, and the signature that it names. Values are not named: they
// may be personal.
func (r *row) differences(j *ingestv1.JournaledEvent, signature *ingest.Signature) (columns []string, err error) {
	ce := &pb.CloudEvent{}
	if err := proto.Unmarshal(j.GetCloudEvent(), ce); err != nil {
		return nil, err
	}
	key, sequence := signerOf(signature)
	hash := sha256.Sum256(j.GetCloudEvent())
	for _, c := range []struct {
		column string
		agrees bool
	}{
		{"id", string(r.id[:]) == string(j.GetId())},
		{"stream", r.at.stream == ingest.StreamOf(r.member)},
		{"member", "members/"+r.member == j.GetMember()},
		{"source", r.source == ce.GetSource()},
		{"event_id", r.eventID == ce.GetId()},
		{"type", r.kind == ce.GetType()},
		{"passport", "passports/"+r.passport.String() == j.GetPassport()},
		{"occurred_at", r.occurredAt.UnixMicro() == ce.GetAttributes()[event.AttributeTime].GetCeTimestamp().AsTime().UnixMicro()},
		{"received_at", r.receivedAt.UnixMicro() == j.GetReceiveTime().AsTime().UnixMicro()},
		{"odometer_metres", equal(r.odometerMetres, j.OdometerMetres)},
		{"quality", r.quality == j.GetQuality().GetIndex()},
		{"quality_policy", r.policy == j.GetQuality().GetPolicyVersion()},
		{"content_hash", string(r.contentHash) == string(hash[:])},
		{"source_key", string(r.sourceKey) == string(key)},
		{"source_sequence", equal(r.sourceSequence, sequence)},
	} {
		if !c.agrees {
			columns = append(columns, c.column)
		}
	}
	return columns, nil
}

// signerOf is what a row says of an event's signature.
func signerOf(s *ingest.Signature) (key []byte, sequence *int64) {
	if s == nil {
		return nil, nil
	}
	id, number := s.Statement.KeyID(), int64(s.Sequence())
	return id[:], &number
}

func equal(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
