package postgres

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

func drawID(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")) }

func drawTime(t *rapid.T) time.Time {
	return time.UnixMicro(rapid.Int64Range(-2_650_000_000_000_000, 4_102_444_800_000_000).Draw(t, "micros")).UTC()
}

func drawReading(t *rapid.T) ingest.KeptReading {
	return ingest.KeptReading{
		Reading: adjudication.Reading{
			EventID: drawID(t), Source: rapid.SampledFrom([]string{"oem", "garage"}).Draw(t, "member"),
			Assurance: rapid.IntRange(0, 1000).Draw(t, "assurance"), OccurredAt: drawTime(t), AcceptedAt: drawTime(t),
			Metres: rapid.Int64Range(0, 7_000_000_000_000).Draw(t, "metres"), RawValue: rapid.SampledFrom([]string{"", "0012.5", "12"}).Draw(t, "raw"),
			RawUnit: adjudication.Unit(rapid.IntRange(0, 3).Draw(t, "unit")), Provenance: adjudication.Provenance(rapid.IntRange(0, 6).Draw(t, "provenance")),
			Kind: adjudication.Kind(rapid.IntRange(0, 5).Draw(t, "occasion")),
		},
		DataKind: rapid.SampledFrom([]quality.Kind{"odometer", "inspection"}).Draw(t, "kind"), Confirmed: rapid.Bool().Draw(t, "confirmed"), Refuted: rapid.Bool().Draw(t, "refuted"),
	}
}

func drawSignal(t *rapid.T) *adjudication.Signal {
	amount := rapid.Int64Range(0, 5_000_000_000)
	return &adjudication.Signal{
		EventID: drawID(t), Source: rapid.SampledFrom([]string{"oem", "register"}).Draw(t, "member"),
		Kind: adjudication.SignalKind(rapid.IntRange(0, 11).Draw(t, "kind")), OccurredAt: drawTime(t), Since: drawTime(t),
		Amount: amount.Draw(t, "amount"), Complete: rapid.Bool().Draw(t, "complete"), Unit: adjudication.Unit(rapid.IntRange(0, 3).Draw(t, "unit")),
		Removed: amount.Draw(t, "removed"), Installed: amount.Draw(t, "installed"), ValuesKnown: rapid.Bool().Draw(t, "known"),
	}
}

func sameSignal(a, b *adjudication.Signal) bool { return *a == *b }

// TestVehiclesComeBack writes a vehicle in its parts, the body in two pieces, and reads the tail and the whole.
func TestVehiclesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.SliceOfN(rapid.Custom(drawReading), 0, 20).Draw(t, "readings")
		v := ingest.Vehicle{
			Passport: uuid.New(), Revision: 7, Readings: kept, Body: rapid.IntRange(0, len(kept)).Draw(t, "body"),
			Awaiting: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 2).Draw(t, "awaiting"),
		}
		signals := adjudication.Content{
			Life: rapid.SliceOfN(rapid.Custom(drawSignal), 0, 4).Draw(t, "life"), Use: rapid.SliceOfN(rapid.Custom(drawSignal), 0, 4).Draw(t, "use"),
		}
		piece := rapid.IntRange(0, v.Body).Draw(t, "piece")
		row := dbsqlc.VehiclesRow{
			Passport: v.Passport, Revision: v.Revision, Policy: "odometer/1", Tail: appendTail(nil, &v), Signals: encodeSignals(signals),
			Readings: slices.Concat(encodeBody(kept[:piece]), encodeBody(kept[piece:v.Body])),
		}
		tail, err := decodeTail(&dbsqlc.VehicleTailsRow{Passport: v.Passport, Revision: v.Revision, Policy: row.Policy, Tail: row.Tail})
		if err != nil || !slices.Equal(tail.Readings, kept[v.Body:]) || !slices.Equal(tail.Awaiting, v.Awaiting) || tail.Whole || tail.Verdict.Policy != row.Policy {
			t.Fatalf("the tail came back as %+v, %v", tail, err)
		}
		whole, err := decodeVehicle(&row)
		if err != nil || !slices.Equal(whole.Readings, kept) || whole.Body != v.Body || !whole.Whole || whole.Revision != v.Revision {
			t.Fatalf("the vehicle came back as %+v, %v", whole, err)
		}
		content := whole.History.Content()
		if len(content.Readings) != len(kept) || !slices.EqualFunc(content.Life, signals.Life, sameSignal) || !slices.EqualFunc(content.Use, signals.Use, sameSignal) {
			t.Fatalf("the history came back as %+v", content)
		}
	})
}

// TestDamagedVehiclesAreRefused: a damaged state must not be read as another one, nor end the process.
func TestDamagedVehiclesAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.SliceOfN(rapid.Custom(drawReading), 1, 4).Draw(t, "readings")
		signals := adjudication.Content{Life: rapid.SliceOfN(rapid.Custom(drawSignal), 1, 4).Draw(t, "life")}
		row := dbsqlc.VehiclesRow{
			Tail: appendTail(nil, &ingest.Vehicle{Readings: kept}), Readings: encodeBody(kept), Signals: encodeSignals(signals),
		}
		for _, part := range []*[]byte{&row.Tail, &row.Readings, &row.Signals} {
			undamaged := *part
			*part = undamaged[:rapid.IntRange(1, len(undamaged)-1).Draw(t, "cut")]
			if v, err := decodeVehicle(&row); err == nil {
				t.Fatalf("%x, cut from %x, was read as %+v", *part, undamaged, v)
			}
			*part = rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "noise")
			_, _ = decodeVehicle(&row) // must end
			*part = undamaged
		}
	})
}
