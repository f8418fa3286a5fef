package history_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/history"
)

func TestMOTPiped(t *testing.T) {
	records, tally := readAll(t, open(t, "uk-mot", "testdata/uk_mot_piped.txt"))
	want := []string{
		"2.1 2023-01-02T00:00:00 day Inspection 61234 MILE INSPECTION_TERMINAL PERIODIC/RETEST_REQUIRED",
		"3.1 2023-01-09T00:00:00 day Inspection 61240 MILE INSPECTION_TERMINAL RETEST/PASSED",
		"4.1 2023-01-03T00:00:00 day Inspection PERIODIC/PASSED",
		"5.1 2023-01-04T00:00:00 day Inspection RETEST/PASSED",
		"11.1 2023-02-03T00:00:00 day Inspection 1200 MILE INSPECTION_TERMINAL OTHER/OTHER",
	}
	if diff := cmp.Diff(want, events(records)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	wantRejected := []string{
		"6.1 TIME_INVALID", "7.1 VEHICLE_UNIDENTIFIED", "8.0 LINE_MALFORMED", "9.1 FIELD_MISSING", "10.1 ODOMETER_MALFORMED",
	}
	if diff := cmp.Diff(wantRejected, rejections(records)); diff != "" {
		t.Errorf("rejections (-want +got):\n%s", diff)
	}
	if tally.RowsRead != 10 {
		t.Errorf("tally = %+v", tally)
	}
	if a, b := records[0].Vehicle, records[2].Vehicle; a.FirstRegistration != "2012-05-31" || a.Energy != "petrol" || b.FirstRegistration != "" {
		t.Errorf("vehicles %+v, %+v", a, b)
	}
	if records[0].Vehicle.VIN != records[1].Vehicle.VIN || records[0].Vehicle.VIN == records[2].Vehicle.VIN {
		t.Error("the pseudonym does not tell the vehicle")
	}
}

func TestMOTEscapedWithOldNames(t *testing.T) {
	records, _ := readAll(t, open(t, "uk-mot", "testdata/uk_mot_escaped.csv"))
	want := []string{
		"2.1 2007-04-02T00:00:00 day Inspection 41234.0 MILE INSPECTION_TERMINAL PERIODIC/PASSED",
		"3.1 2007-04-02T00:00:00 day Inspection 999 MILE INSPECTION_TERMINAL OTHER/OTHER",
	}
	if diff := cmp.Diff(want, events(records)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if v := records[0].Vehicle; v.Model != `CITY 1,2 \ S` || v.FirstRegistration != "2001-05-31" {
		t.Errorf("vehicle = %+v", v)
	}
}

// TestMOTLaterEditionKeepsIDs holds that the number of a test, and not what is said of it, makes the id.
func TestMOTLaterEditionKeepsIDs(t *testing.T) {
	const header = "test_id|vehicle_id|test_date|test_type|test_result|test_mileage\n"
	var ids []string
	for _, row := range []string{"1|7|2023-01-02|NT|P|10\n", "1|7|2023-01-02|NT|P|100\n", "2|7|2023-01-02|NT|P|10\n"} {
		path := filepath.Join(t.TempDir(), "mot.txt")
		if err := os.WriteFile(path, []byte(header+row), 0o600); err != nil {
			t.Fatal(err)
		}
		records, _ := readAll(t, open(t, "uk-mot", path))
		ids = append(ids, idOf(t, records[0].Events[0], "passports/a"))
	}
	if ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("ids = %v", ids)
	}
}

func TestMOTRefusesOtherHeaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mot.txt")
	if err := os.WriteFile(path, []byte("test_id|test_date\n1|2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := history.Open("uk-mot", path, history.Options{}); !errors.Is(err, history.ErrHeader) {
		t.Errorf("error %v, want ErrHeader", err)
	}
}

// TestMOTCollection reads the public rows where they are present.
func TestMOTCollection(t *testing.T) {
	path := realFile(t, "uk_mot_sample", "uk_mot_2022_5rows.csv")
	if path == "" {
		return
	}
	records, tally := readAll(t, open(t, "uk-mot", path))
	if tally.RowsRead != 5 || tally.Accepted != 5 {
		t.Errorf("tally = %+v, %v", tally, rejections(records))
	}
}
