package postgres

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Bits of the column of marks.
const (
	markConfirmed = 1 << iota
	markRefuted
)

const idBytes = len(uuid.UUID{})

// encodeReadings writes a vehicle's readings as columns; content are those of its history.
func encodeReadings(content []adjudication.Reading, kept []ingest.KeptReading, members *names) (*ingestv1.KeptReadings, error) {
	n := len(content)
	kinds := names{numbers: map[string]int32{}}
	numbers := make([]int32, 6*n) // one allocation for the six columns of small numbers
	column := func(i int) []int32 { return numbers[i*n : (i+1)*n : (i+1)*n] }
	c := &ingestv1.KeptReadings{
		Events: make([]byte, 0, n*idBytes), OccurTimesUs: make([]int64, n), AcceptTimesUs: make([]int64, n), Metres: make([]int64, n),
		RawValues: make([]string, n), Members: column(0), Assurances: column(1), RawUnits: column(2), Provenances: column(3),
		Occasions: column(4), Kinds: column(5), Marks: make([]int32, n),
	}
	var occurred, accepted, metres int64
	for i := range content {
		r := &content[i]
		id, err := uuid.Parse(r.EventID)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errState, err)
		}
		at, taken := r.OccurredAt.UnixMicro(), r.AcceptedAt.UnixMicro()
		c.Events = append(c.Events, id[:]...)
		c.OccurTimesUs[i], c.AcceptTimesUs[i], c.Metres[i] = at-occurred, taken-accepted, r.Metres-metres
		occurred, accepted, metres = at, taken, r.Metres
		c.Members[i], c.Assurances[i], c.Kinds[i] = members.number(r.Source), int32(r.Assurance), kinds.number(string(kept[i].DataKind))
		c.RawUnits[i], c.Provenances[i], c.Occasions[i] = int32(r.RawUnit), int32(r.Provenance), int32(r.Kind)
		if r.RawValue != plainValue(r.Metres, r.RawUnit) {
			c.RawValues[i] = r.RawValue
		}
		if kept[i].Confirmed {
			c.Marks[i] |= markConfirmed
		}
		if kept[i].Refuted {
			c.Marks[i] |= markRefuted
		}
	}
	c.DataKinds = kinds.texts
	return c, nil
}

// plainValue is metres in a unit, or "" when that is no whole number.
func plainValue(metres int64, unit adjudication.Unit) string {
	switch {
	case unit == adjudication.Metre:
		return strconv.FormatInt(metres, 10)
	case unit == adjudication.Kilometre && metres%metresPerKilometre == 0:
		return strconv.FormatInt(metres/metresPerKilometre, 10)
	default:
		return ""
	}
}

const metresPerKilometre = 1000

// decodeReadings reads what encodeReadings made.
func decodeReadings(c *ingestv1.KeptReadings, members []string) ([]ingest.KeptReading, error) {
	n := len(c.GetOccurTimesUs())
	for _, length := range []int{
		len(c.GetAcceptTimesUs()), len(c.GetMetres()), len(c.GetRawValues()), len(c.GetMembers()), len(c.GetAssurances()),
		len(c.GetRawUnits()), len(c.GetProvenances()), len(c.GetOccasions()), len(c.GetKinds()), len(c.GetMarks()),
	} {
		if length != n {
			return nil, errState
		}
	}
	if len(c.GetEvents()) != n*idBytes {
		return nil, errState
	}
	kept := make([]ingest.KeptReading, n)
	var occurred, accepted, metres int64
	for i := range kept {
		member, kind := int(c.Members[i]), int(c.Kinds[i])
		if member < 0 || member >= len(members) || kind < 0 || kind >= len(c.GetDataKinds()) {
			return nil, errState
		}
		occurred, accepted, metres = occurred+c.OccurTimesUs[i], accepted+c.AcceptTimesUs[i], metres+c.Metres[i]
		unit, raw := adjudication.Unit(c.RawUnits[i]), c.RawValues[i]
		if raw == "" {
			raw = plainValue(metres, unit)
		}
		kept[i] = ingest.KeptReading{
			Reading: adjudication.Reading{
				EventID: uuid.UUID(c.Events[i*idBytes : (i+1)*idBytes]).String(), Source: members[member], Assurance: int(c.Assurances[i]),
				OccurredAt: time.UnixMicro(occurred).UTC(), AcceptedAt: time.UnixMicro(accepted).UTC(), Metres: metres,
				RawValue: raw, RawUnit: unit, Provenance: adjudication.Provenance(c.Provenances[i]), Kind: adjudication.Kind(c.Occasions[i]),
			},
			DataKind: quality.Kind(c.DataKinds[kind]), Confirmed: c.Marks[i]&markConfirmed != 0, Refuted: c.Marks[i]&markRefuted != 0,
		}
	}
	return kept, nil
}
