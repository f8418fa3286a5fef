package postgres

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

func drawReading(t *rapid.T) ingest.KeptReading {
	micros := rapid.Int64Range(-2_650_000_000_000_000, 4_102_444_800_000_000)
	metres := rapid.Int64Range(0, 7_000_000_000_000).Draw(t, "metres")
	raw := rapid.SampledFrom([]string{strconv.FormatInt(metres, 10), strconv.FormatInt(metres/1000, 10), "0012.5", "", "12"}).Draw(t, "raw")
	return ingest.KeptReading{
		Reading: adjudication.Reading{
			EventID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")).String(), Source: rapid.SampledFrom([]string{"oem", "garage"}).Draw(t, "member"),
			Assurance: rapid.IntRange(0, 1000).Draw(t, "assurance"), OccurredAt: time.UnixMicro(micros.Draw(t, "occurred")).UTC(),
			AcceptedAt: time.UnixMicro(micros.Draw(t, "accepted")).UTC(), Metres: metres, RawValue: raw,
			RawUnit: adjudication.Unit(rapid.IntRange(0, 3).Draw(t, "unit")), Provenance: adjudication.Provenance(rapid.IntRange(0, 6).Draw(t, "provenance")),
			Kind: adjudication.Kind(rapid.IntRange(0, 5).Draw(t, "occasion")),
		},
		DataKind: rapid.SampledFrom([]quality.Kind{"odometer", "inspection"}).Draw(t, "kind"), Confirmed: rapid.Bool().Draw(t, "confirmed"), Refuted: rapid.Bool().Draw(t, "refuted"),
	}
}

// TestReadingsComeBack writes and reads columns of any readings.
func TestReadingsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(drawReading), 0, 20).Draw(t, "readings")
		members := names{numbers: map[string]int32{}}
		content := make([]adjudication.Reading, len(want))
		for i := range want {
			if want[i].RawValue == "" {
				want[i].RawValue = "?" // no reading is without a value
			}
			content[i] = want[i].Reading
		}
		columns, err := encodeReadings(content, want, &members)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := proto.Marshal(columns)
		if err != nil {
			t.Fatal(err)
		}
		read := &ingestv1.KeptReadings{}
		if err := proto.Unmarshal(encoded, read); err != nil {
			t.Fatal(err)
		}
		got, err := decodeReadings(read, members.texts)
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, %v\nwant %v", got, err, want)
		}
	})
}

// TestUnequalColumnsAreRefused: a damaged state must not be read as another one.
func TestUnequalColumnsAreRefused(t *testing.T) {
	for name, c := range map[string]*ingestv1.KeptReadings{
		"no ids":         {OccurTimesUs: []int64{1}},
		"a short column": {Events: make([]byte, 16), OccurTimesUs: []int64{1}, AcceptTimesUs: []int64{1}, Metres: []int64{1}},
		"ids cut":        {Events: make([]byte, 15)},
	} {
		if _, err := decodeReadings(c, nil); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}
