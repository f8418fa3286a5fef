package postgres

import (
	"time"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Bits of the marks of a reading.
const (
	markConfirmed = 1 << iota
	markRefuted
)

// leastReadingBytes is how long a reading is at least: its id, six numbers of a byte, three lengths or numbers of texts.
const leastReadingBytes = idBytes + 10

// readings writes readings: how many, and of each what it has, its times and metres as the differences to those of the reading
// before. Two such sequences, written by packers of their own, may stand one after the other.
func (p *packer) readings(kept []ingest.KeptReading) {
	p.number(int64(len(kept)))
	var occurred, metres int64
	for i := range kept {
		r := &kept[i]
		at, marks := r.OccurredAt.UnixMicro(), int64(0)
		if r.Confirmed {
			marks |= markConfirmed
		}
		if r.Refuted {
			marks |= markRefuted
		}
		p.id(r.EventID)
		p.number(at - occurred)
		p.number(r.AcceptedAt.UnixMicro() - at)
		p.number(r.Metres - metres)
		p.number(int64(r.Assurance))
		p.data = append(p.data, byte(r.RawUnit), byte(r.Provenance), byte(r.Kind), byte(marks))
		p.text(r.Source)
		p.raw(r.RawValue)
		p.text(string(r.DataKind))
		occurred, metres = at, r.Metres
	}
}

// readings reads what a packer wrote as one sequence.
func (u *unpacker) readings(kept []ingest.KeptReading) []ingest.KeptReading {
	n := u.count(leastReadingBytes)
	if cap(kept)-len(kept) < n {
		kept = append(make([]ingest.KeptReading, 0, len(kept)+n), kept...)
	}
	var occurred, metres int64
	for range n {
		id := u.id()
		occurred += u.number()
		accepted := occurred + u.number()
		metres += u.number()
		assurance, codes := int(u.number()), u.bytes(4)
		if u.failed {
			return nil
		}
		kept = append(kept, ingest.KeptReading{
			Reading: adjudication.Reading{
				EventID: id, Assurance: assurance, OccurredAt: time.UnixMicro(occurred).UTC(), AcceptedAt: time.UnixMicro(accepted).UTC(),
				Metres: metres, RawUnit: adjudication.Unit(codes[0]), Provenance: adjudication.Provenance(codes[1]), Kind: adjudication.Kind(codes[2]),
				Source: u.text(), RawValue: u.raw(),
			},
			DataKind: quality.Kind(u.text()), Confirmed: codes[3]&markConfirmed != 0, Refuted: codes[3]&markRefuted != 0,
		})
	}
	return kept
}
