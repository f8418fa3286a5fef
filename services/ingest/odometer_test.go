package ingest_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
)

func odometer(raw string, unit ingest.Unit) ingest.Odometer {
	return ingest.Odometer{Path: "data.odometer", Raw: raw, Unit: unit, HasProvenance: true}
}

func TestMetres(t *testing.T) {
	for _, c := range []struct {
		raw  string
		unit ingest.Unit
		want int64
	}{
		{"0", ingest.Kilometre, 0},
		{"123456", ingest.Kilometre, 123_456_000},
		{"123456.7", ingest.Kilometre, 123_456_700},
		{"000000000001.001", ingest.Kilometre, 1001},
		{"1", ingest.Mile, 1609},
		{"0.001", ingest.Mile, 2},
		{"100000", ingest.Mile, 160_934_400},
		{"999", ingest.Metre, 999},
		{"0.5", ingest.Metre, 0}, // half to even
		{"1.5", ingest.Metre, 2},
		{"2.5", ingest.Metre, 2},
		{"2.501", ingest.Metre, 3},
		{"4294967295", ingest.Mile, 6_912_079_846_404}, // no device's "no value" is refused
		{"7000000000", ingest.Kilometre, 7_000_000_000_000},
		{"999999999999.999", ingest.Metre, 1_000_000_000_000},
		{"4349598345.661", ingest.Mile, 6_999_999_999_999},
	} {
		got, fault := odometer(c.raw, c.unit).Metres()
		if fault != nil || got != c.want {
			t.Errorf("%s in unit %d = %d, %v, want %d", c.raw, c.unit, got, fault, c.want)
		}
	}
}

func TestMetresRefuses(t *testing.T) {
	for _, c := range []struct {
		odometer ingest.Odometer
		reason   ingest.Reason
		field    string
	}{
		{odometer("1", ingest.UnitUnknown), ingest.ReasonUnitUnknown, "data.odometer.raw_unit"},
		{ingest.Odometer{Path: "data.odometer", Raw: "1", Unit: ingest.Metre}, ingest.ReasonProvenanceUnknown, "data.odometer.provenance"},
		{odometer("-1", ingest.Kilometre), ingest.ReasonOdometerNegative, "data.odometer.raw_value"},
		{odometer("7000000000.001", ingest.Kilometre), ingest.ReasonOdometerAbsurd, "data.odometer.raw_value"},
		{odometer("4349598345.662", ingest.Mile), ingest.ReasonOdometerAbsurd, "data.odometer.raw_value"},
		{odometer("999999999999.999", ingest.Mile), ingest.ReasonOdometerAbsurd, "data.odometer.raw_value"},
	} {
		if _, fault := c.odometer.Metres(); fault == nil || fault.Reason != c.reason || fault.Field != c.field {
			t.Errorf("%+v: %+v, want %s at %s", c.odometer, fault, c.reason, c.field)
		}
	}
	for _, raw := range []string{"", " 1", "+1", "1e3", "1,5", ".5", "5.", "1.2.3", "--1", "-", "0x10", "٣", "1234567890123", "1.2345", "NaN"} {
		if _, fault := odometer(raw, ingest.Kilometre).Metres(); fault == nil || fault.Reason != ingest.ReasonOdometerMalformed {
			t.Errorf("%q: %+v, want it malformed", raw, fault)
		}
	}
}

// TestMetresIsExact compares with rational numbers of any size.
func TestMetresIsExact(t *testing.T) {
	perUnit := map[ingest.Unit]*big.Rat{
		ingest.Kilometre: big.NewRat(1000, 1), ingest.Metre: big.NewRat(1, 1), ingest.Mile: big.NewRat(1_609_344, 1000),
	}
	limit := big.NewRat(7_000_000_000_000, 1)
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]ingest.Unit{ingest.Kilometre, ingest.Mile, ingest.Metre}).Draw(t, "unit")
		thousandths := rapid.Int64Range(0, 999_999_999_999_999).Draw(t, "thousandths")
		exact := new(big.Rat).Mul(big.NewRat(thousandths, 1000), perUnit[unit])
		got, fault := odometer(fmt.Sprintf("%d.%03d", thousandths/1000, thousandths%1000), unit).Metres()
		if absurd := exact.Cmp(limit) > 0; absurd != (fault != nil) {
			t.Fatalf("%s: %v", exact, fault)
		}
		if fault != nil {
			return
		}
		distance := new(big.Rat).Sub(exact, big.NewRat(got, 1))
		half := distance.Abs(distance).Cmp(big.NewRat(1, 2))
		if half > 0 || half == 0 && got%2 != 0 {
			t.Fatalf("%s metres became %d", exact.FloatString(6), got)
		}
	})
}
