package postgres

import (
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
)

// stateFormat begins a tail. This release reads no other: the writer makes such vehicles anew. Who changes what tail or body mean
// changes it.
const stateFormat = 3

var (
	// errState says that a stored tail or body is not what this package writes.
	errState = errors.New("postgres: malformed odometer state")
	// errFormat says that a tail is of a release that this one does not know.
	errFormat = errors.New("postgres: odometer state of an unknown format")
)

// appendTail writes what every event of a vehicle changes to the end of b.
func appendTail(b []byte, v *ingest.Vehicle) []byte {
	p := packer{data: v.Course.AppendTo(append(b, stateFormat))}
	p.number(int64(len(v.Awaiting)))
	for _, member := range v.Awaiting {
		p.text(member)
	}
	p.readings(v.Readings[v.Body:])
	return p.data
}

// decodeTail reads what appendTail wrote.
func decodeTail(row *dbsqlc.VehicleTailsRow) (*ingest.Vehicle, error) {
	if len(row.Tail) == 0 || row.Tail[0] != stateFormat {
		return nil, errFormat
	}
	v := &ingest.Vehicle{Passport: row.Passport, Revision: row.Revision, Verdict: adjudication.Result{Policy: row.Policy}}
	course, rest, err := adjudication.ReadCourse(row.Tail[1:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errState, err)
	}
	u := unpacker{data: string(rest)}
	for range u.count(1) {
		v.Awaiting = append(v.Awaiting, u.text())
	}
	v.Course, v.Readings = course, u.readings(nil)
	if u.failed || u.data != "" {
		return nil, errState
	}
	return v, nil
}

// decodeVehicle reads a whole vehicle.
func decodeVehicle(row *dbsqlc.VehiclesRow) (*ingest.Vehicle, error) {
	v, err := decodeTail(&dbsqlc.VehicleTailsRow{Passport: row.Passport, Revision: row.Revision, Policy: row.Policy, Tail: row.Tail})
	if err != nil {
		return nil, err
	}
	var body []ingest.KeptReading
	for rest := string(row.Readings); rest != ""; {
		u := unpacker{data: rest}
		if body = u.readings(body); u.failed {
			return nil, errState
		}
		rest = u.data
	}
	content, err := decodeSignals(row.Signals)
	if err != nil {
		return nil, err
	}
	v.Readings, v.Body, v.Whole = append(body, v.Readings...), len(body), true
	content.Levels[0] = v.Course.Level()
	content.Readings = make([]*adjudication.Reading, len(v.Readings))
	for i := range v.Readings {
		content.Readings[i] = &v.Readings[i].Reading
	}
	v.History = adjudication.Restore(content)
	return v, nil
}

// encodeBody writes readings of a body, to stand alone or after others.
func encodeBody(readings []ingest.KeptReading) []byte {
	p := packer{data: []byte{}}
	if len(readings) > 0 {
		p.readings(readings)
	}
	return p.data
}
