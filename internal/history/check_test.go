package history_test

import (
	"testing"

	"github.com/pcc-platform/pcc/internal/history"
)

// TestNoCounterShowsMore than a counter of 32 bits does, which is read for the platform to judge.
func TestNoCounterShowsMore(t *testing.T) {
	lines := ""
	for _, mileage := range []string{`"4294967295","unit":"mi"`, `"4349598346","unit":"mi"`, `"7000000000","unit":"km"`} {
		lines += `{"pseudonym":"car ` + mileage[1:11] + `","readings":[{"time":"2020-01-01","kind":"odometer","value":` + mileage + "}]}\n"
	}
	read(t, "jsonl", write(t, lines), history.Options{}, []string{
		"1.1 2020-01-01T00:00:00 day OdometerReading 4294967295 MILE OBD_READ",
		"3.1 2020-01-01T00:00:00 day OdometerReading 7000000000 KILOMETRE OBD_READ",
	}, []string{"2.1 ODOMETER_ABSURD"})
}

// TestNothingHappenedBeforeCars: the first moment of the calendar is not even a time that an event can have, and one such row
// must not end an import.
func TestNothingHappenedBeforeCars(t *testing.T) {
	const header = "test_id|vehicle_id|test_date|test_class_id|test_type|test_result|test_mileage|postcode_area|make|model|colour|fuel_type|cylinder_capacity|first_use_date\n"
	path := write(t, header+"1|100|0001-01-01|4|NT|P|1000|E|A|B|C|PE|1000|2008-01-17\n2|100|1885-12-31|4|NT|P|1000|E|A|B|C|PE|1000|2008-01-17\n")
	read(t, "uk-mot", path, history.Options{}, nil, []string{"2.1 TIME_INVALID", "3.1 TIME_INVALID"})
}
