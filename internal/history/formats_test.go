package history_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/history"
)

// read reads a committed file and compares what became of its rows.
func read(t *testing.T, format, path string, options history.Options, want, wantRejected []string) []history.Record {
	t.Helper()
	source, err := history.Open(format, path, options)
	if err != nil {
		t.Fatal(err)
	}
	records, _ := readAll(t, source)
	if diff := cmp.Diff(want, events(records)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantRejected, rejections(records)); diff != "" {
		t.Errorf("rejections (-want +got):\n%s", diff)
	}
	return records
}

func withIdentities() history.Options { return history.Options{Identities: "testdata/identities.csv"} }

// write puts a file of one test into a folder of its own.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOCPI(t *testing.T) {
	records := read(t, "ocpi-cdr", "testdata/ocpi.json", withIdentities(), []string{
		"5.1 2026-03-01T11:30:00 second ChargeSession 15342 Wh in 1h30m0s",
		"8.1 2026-03-01T10:00:01 second ChargeSession 0 Wh in 1s",
		"11.1 2026-03-01T11:30:00 second Correction credited by the charge point operator",
		"14.1 2026-03-01T10:10:00 second ChargeSession 41120 Wh in 10m0s",
	}, []string{
		"16.1 NOT_FINISHED", "18.1 VEHICLE_UNIDENTIFIED", "20.1 VEHICLE_UNIDENTIFIED", "22.1 TIME_INVALID", "24.1 FIELD_INVALID", "26.0 ROW_MALFORMED",
	})
	charge, credit := records[0].Events[0], records[2].Events[0]
	if want := idOf(t, charge, "passports/a"); idOf(t, *credit.Corrects, "passports/a") != want {
		t.Error("the credit does not take back the charge it names")
	}
}

// TestOCPIWithoutIdentities holds that a contract alone never makes a vehicle.
func TestOCPIWithoutIdentities(t *testing.T) {
	source, err := history.Open("ocpi-cdr", "testdata/ocpi.json", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, tally := readAll(t, source)
	if tally.Accepted != 0 || tally.Rejected[history.CodeVehicleUnidentified] != 9 {
		t.Errorf("tally = %+v", tally)
	}
}

// TestOCPICollection reads the published examples, with the contracts they name, where they are present.
func TestOCPICollection(t *testing.T) {
	ids := history.Options{Identities: write(t, "identifier,vin\nDE8ACC12E46L89,0PCAAAAAAAA000001\n123abc,0PCAAAAAAAA000002\n")}
	for name, want := range map[string]string{
		"cdr_example.json":                      "1.1 2024-12-05T19:37:32 second ChargeSession 15342 Wh in 1h58m23s",
		"session_example_2_short_finished.json": "1.1 2015-06-29T23:50:16 second ChargeSession 41120 Wh in 1h11m7s",
	} {
		if path := realFile(t, "ocpi_examples_BY-ND_verbatim", name); path != "" {
			read(t, "ocpi-cdr", path, ids, []string{want}, nil)
		}
	}
}

func TestVSS(t *testing.T) {
	read(t, "vss", "testdata/vss.jsonl", history.Options{}, []string{
		"1.1 2026-03-01T12:00:00 second OdometerReading 61234.5 KILOMETRE OBD_READ VSS 5.1",
		"2.1 2026-03-01T12:00:00 second OdometerReading 61234500 METRE OBD_READ VSS 6.0",
		"3.1 2026-03-01T12:00:02 second OdometerReading 4294967295 METRE OBD_READ VSS 6.0",
		"8.1 2026-03-01T12:00:07 second TroubleCodesReported P0301,U0100-87",
		"9.1 2026-03-01T12:00:08 second TroubleCodesReported P0301",
		"19.1 2026-03-01T12:00:18 second BatteryMeasurement health 934 charge ?",
		"20.1 2026-03-01T12:00:19 second BatteryMeasurement health ? charge 0",
	}, []string{
		"4.1 FIELD_INVALID", "5.1 RELEASE_UNKNOWN", "6.1 UNIT_UNKNOWN", "7.1 NOT_THE_VEHICLE", "10.1 KIND_UNSUPPORTED", "11.1 FIELD_INVALID",
		"12.1 ODOMETER_MALFORMED", "13.1 READING_MISSING", "14.1 VEHICLE_UNIDENTIFIED", "15.1 TIME_INVALID", "16.1 RELEASE_UNKNOWN",
		"17.1 KIND_UNSUPPORTED", "18.0 LINE_MALFORMED", "21.1 FIELD_INVALID", "22.1 UNIT_UNKNOWN",
	})
}

func TestVSSReleaseStatedForTheImport(t *testing.T) {
	const line = `{"pseudonym":"car-1","path":"Vehicle.TraveledDistance","value":61234,"timestamp":"2026-03-01T12:00:00Z"`
	path := write(t, line+"}\n"+line+`,"release":"5.1"}`+"\n")
	read(t, "vss", path, history.Options{VSSRelease: "6.0"},
		[]string{"1.1 2026-03-01T12:00:00 second OdometerReading 61234 METRE OBD_READ VSS 6.0"}, []string{"2.1 RELEASE_UNKNOWN"})
	if _, err := history.Open("vss", path, history.Options{VSSRelease: "5"}); !errors.Is(err, history.ErrOption) {
		t.Errorf("error %v, want ErrOption", err)
	}
}

// TestVSSCatalogue holds the signals that are read against the specification where it is present.
func TestVSSCatalogue(t *testing.T) {
	for release, want := range map[string][2]string{"5.1": {"float", "km"}, "6.0": {"uint32", "m"}} {
		path := realFile(t, "vss", "vss_release_"+release+".json.gz")
		if path == "" {
			return
		}
		type node struct {
			Datatype, Unit string
			Children       map[string]node
		}
		var catalogue map[string]node
		if err := json.Unmarshal(unpack(t, path), &catalogue); err != nil {
			t.Fatal(err)
		}
		signal := func(path string) (n node) {
			level := catalogue
			for name := range strings.SplitSeq(path, ".") {
				n = level[name]
				level = n.Children
			}
			return n
		}
		if n := signal("Vehicle.TraveledDistance"); n.Datatype != want[0] || n.Unit != want[1] {
			t.Errorf("%s: the distance is %s %s", release, n.Datatype, n.Unit)
		}
		if n := signal("Vehicle.Diagnostics.DTCList"); n.Datatype != "string[]" {
			t.Errorf("%s: the trouble codes are %s", release, n.Datatype)
		}
		if n := signal("Vehicle.OBD.DTCList"); (n.Datatype != "") != (release == "5.1") {
			t.Errorf("%s: OBD trouble codes are %q", release, n.Datatype)
		}
	}
}

func TestCloudEvents(t *testing.T) {
	records := read(t, "cloudevents-jsonl", "testdata/cloudevents.jsonl", history.Options{}, []string{
		"1.1 2026-03-01T12:00:00 second OdometerReading 61234.5 KILOMETRE SIGNED_ECU",
		"2.1 2026-03-01T12:00:00 second Wash",
		"3.1 2026-03-01T13:00:00 second Wash",
	}, []string{
		"4.1 KIND_UNKNOWN", "5.1 TIME_INVALID", "6.1 VEHICLE_UNIDENTIFIED", "7.1 ID_REVEALS_VEHICLE", "8.1 ROW_MALFORMED",
		"9.0 ROW_MALFORMED", "10.0 ROW_MALFORMED", "11.0 ROW_MALFORMED",
	})
	own, foreign := records[0].Events[0], records[1].Events[0]
	if idOf(t, own, "passports/a") != "r-1" || own.Source != "/members/oem/cloud" {
		t.Errorf("an event of the platform lost its identity: %+v", own)
	}
	if id := idOf(t, foreign, "passports/a"); id == "w-1" || foreign.Source != "" {
		t.Errorf("an event of elsewhere has the id %s and the source %s", id, foreign.Source)
	}
	if records[1].Vehicle.Passport != "passports/0199e9d4-0000-7000-8000-000000000001" {
		t.Errorf("vehicle = %+v", records[1].Vehicle)
	}
}

// TestCloudEventsBatch reads the same events as one array.
func TestCloudEventsBatch(t *testing.T) {
	lines, err := os.ReadFile("testdata/cloudevents.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	valid := strings.Split(strings.TrimSpace(string(lines)), "\n")[:3]
	records, _ := readAll(t, open(t, "cloudevents-jsonl", write(t, "["+strings.Join(valid, ",\n")+"]")))
	want := []string{
		"1.1 2026-03-01T12:00:00 second OdometerReading 61234.5 KILOMETRE SIGNED_ECU",
		"2.1 2026-03-01T12:00:00 second Wash",
		"3.1 2026-03-01T13:00:00 second Wash",
	}
	if diff := cmp.Diff(want, events(records)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestCatenaX(t *testing.T) {
	read(t, "catenax", "testdata/catenax_diagnostics.json", history.Options{}, []string{
		"3.1 2026-03-01T08:00:00 second OdometerReading 30000 KILOMETRE OBD_READ",
		"3.2 2026-03-01T08:05:00 second TroubleCodesReported 30000 KILOMETRE OBD_READ P0573-00,U0100",
		"9.1 2026-03-02T08:00:00 second Correction deleted by the source",
	}, []string{
		"3.3 FIELD_INVALID", "10.1 KIND_UNSUPPORTED", "11.1 READING_MISSING", "12.1 UNIT_UNKNOWN", "13.1 VEHICLE_UNIDENTIFIED", "14.0 ROW_MALFORMED",
	})
	records := read(t, "catenax", "testdata/catenax_claims.json", withIdentities(), []string{
		"2.1 2026-02-04T00:00:00 day ClaimOpened c-1",
		"2.2 2026-02-04T00:00:00 day Repair 30000 KILOMETRE GARAGE_SYSTEM ST1; Steering adapter",
	}, []string{"4.1 TIME_INVALID", "4.2 TIME_INVALID", "7.1 VEHICLE_UNIDENTIFIED"})
	if v := records[2].Vehicle; string(v.VIN) != "0PCAAAAAAAA000004" || v.Make != "Ardent" || v.PowerWatts != 60_000 {
		t.Errorf("vehicle = %+v", v)
	}
	read(t, "catenax", "testdata/catenax_battery.json", withIdentities(),
		[]string{
			"1.1 2026-03-01T09:39:13 second BatteryMeasurement health 934 charge 500",
			"8.1 2026-03-01T09:00:00 second BatteryMeasurement health 900 charge ?",
			"8.2 2026-03-01T09:30:00 second BatteryMeasurement health ? charge 0",
			"11.1 2026-03-02T09:00:00 second BatteryMeasurement health ? charge 800",
		}, []string{"7.0 KIND_UNSUPPORTED", "14.1 FIELD_MISSING"})
}

// TestCatenaXCollection reads the published examples where they are present.
func TestCatenaXCollection(t *testing.T) {
	ids := history.Options{Identities: write(t, "identifier,vin\nSN12345678,0PCAAAAAAAA000001\n3747429FGH382923974682,0PCAAAAAAAA000002\n")}
	for name, want := range map[string][]string{
		"Vehicles_4.0.0.json": nil,
		"DiagnosticData_3.0.0.json": {
			"2.1 2023-01-01T00:00:00 second OdometerReading 30000 KILOMETRE OBD_READ",
			"2.2 2022-01-30T14:45:54 second TroubleCodesReported 30000 KILOMETRE OBD_READ P0573-00",
		},
		"ClaimData_3.0.0.json": {
			"2.1 2022-02-04T00:00:00 day ClaimOpened a214-13d6",
			"2.2 2022-02-04T00:00:00 day Repair 30000 KILOMETRE GARAGE_SYSTEM ST12345; Steering adapter",
		},
		"BatteryPass_6.1.0.json": {"1.1 2023-12-07T09:39:13 second BatteryMeasurement health 500 charge 500"},
	} {
		if path := realFile(t, "catenax_payloads", name); path != "" {
			read(t, "catenax", path, ids, want, nil)
		}
	}
}

func TestEPCIS(t *testing.T) {
	records := read(t, "epcis", "testdata/epcis.json", withIdentities(), []string{
		"4.1 2026-03-01T08:00:00 second Inspection UNSPECIFIED/PASSED",
		"4.1 2026-03-01T08:00:00 second Inspection UNSPECIFIED/PASSED",
		"6.1 2026-03-02T10:00:00 second Repair ",
		"8.1 2026-03-03T10:00:00 second PartChange OTHER - +987 4012345.011111",
		"8.2 2026-03-03T10:00:00 second PartChange OTHER - +55 4012345.GBX-32",
		"8.3 2026-03-03T10:00:00 second PartChange OTHER - +77 04012345111118",
		"11.1 2026-03-04T10:00:00 second PartChange OTHER -987 + 4012345.011111",
		"13.1 2026-03-05T10:00:00 second PartChange OTHER - +2 4012345.ENG",
		"13.2 2026-03-05T10:00:00 second PartChange OTHER -1 + 4012345.ENG",
		"15.1 2026-03-06T10:00:00 second Correction incorrect_data",
		"24.1 2026-03-07T10:00:00 second Incident airbags ?",
	}, []string{
		"18.1 FIELD_MISSING", "20.1 KIND_UNSUPPORTED", "21.1 VEHICLE_UNIDENTIFIED", "22.0 VEHICLE_UNIDENTIFIED", "23.1 KIND_UNSUPPORTED", "25.0 TIME_INVALID",
	})
	inspection, correction := records[0].Events[0], records[6].Events[0]
	if idOf(t, *correction.Corrects, "passports/a") != idOf(t, inspection, "passports/a") {
		t.Error("the error declaration does not correct the event with its event id")
	}
}

func TestCSV(t *testing.T) {
	records := read(t, "csv", "testdata/inspections.csv", history.Options{Mapping: "testdata/csv_mapping.yaml"}, []string{
		"2.1 2018-08-01T06:52:00 second Inspection 123456.7 KILOMETRE INSPECTION_TERMINAL PERIODIC/PASSED",
		"3.1 2018-12-01T08:04:00 second Inspection RETEST/RETEST_REQUIRED",
	}, []string{
		"4.1 TIME_INVALID", "5.1 VEHICLE_UNIDENTIFIED", "6.1 FIELD_INVALID", "7.1 ODOMETER_MALFORMED", "8.0 LINE_MALFORMED", "9.0 LINE_MALFORMED",
	})
	if records[0].Vehicle.Make != "CITROËN" {
		t.Errorf("make = %q", records[0].Vehicle.Make)
	}
	options := withIdentities()
	options.Mapping = "testdata/csv_charges_mapping.yaml"
	read(t, "csv", "testdata/charges.csv", options,
		[]string{"2.1 2026-03-01T00:00:00 day ChargeSession 10400 Wh in 45m30s"}, []string{"3.1 FIELD_INVALID", "4.1 VEHICLE_UNIDENTIFIED"})
}

func TestCSVMappingIsStrict(t *testing.T) {
	valid, err := os.ReadFile("testdata/csv_mapping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown key":     {"key: NR", "kee: NR"},
		"no unit":         {"unit: km, ", ""},
		"no provenance":   {", provenance: inspection_terminal", ""},
		"unknown kind":    {"kind: Inspection", "kind: Odometer"},
		"unknown field":   {"field: nature", "field: natures"},
		"no zone":         {`, zone: Europe/Tallinn`, ""},
		"no day":          {"02.01.2006 15:04:05", "15:04:05"},
		"no encoding":     {"encoding: windows-1252", ""},
		"no decimal":      {"decimal: comma", ""},
		"long delimiter":  {`";"`, `";;"`},
		"two identities":  {"pseudonym: SOIDUK", "pseudonym: SOIDUK, vin: SOIDUK"},
		"no value":        {", constant: ee-1", ""},
		"unknown as zero": {"kind: Inspection", "kind: ChargeSession"},
		"needless unit":   {"constant: ee-1", "constant: ee-1, unit: km"},
		"no such column":  {"column: LIIK", "column: LIGI"},
		"not even a file": {"kind", "- kind"},
	} {
		t.Run(name, func(t *testing.T) {
			mapping := strings.Replace(string(valid), change[0], change[1], 1)
			if mapping == string(valid) {
				t.Fatal("the change changes nothing")
			}
			_, err := history.Open("csv", "testdata/inspections.csv", history.Options{Mapping: write(t, mapping)})
			if !errors.Is(err, history.ErrOption) && !errors.Is(err, history.ErrHeader) {
				t.Errorf("error %v, want ErrOption or ErrHeader", err)
			}
		})
	}
	head, _, _ := strings.Cut(strings.Replace(string(valid), "kind: Inspection", "kind: DisputeOpened", 1), "fields:")
	mapping := write(t, head+"fields: [{field: evidence, column: LIIK, separator: \",\"}]\n")
	_, err = history.Open("csv", "testdata/inspections.csv", history.Options{Mapping: mapping})
	if !errors.Is(err, history.ErrOption) || !strings.Contains(err.Error(), "texts") {
		t.Errorf("a list of no texts: error %v, want ErrOption", err)
	}
	if _, err := history.Open("csv", "testdata/inspections.csv", history.Options{}); !errors.Is(err, history.ErrOption) {
		t.Errorf("without a mapping: error %v", err)
	}
}

// TestCSVCollections reads real files in three styles where they are present: one car's charges, one car's polls with
// offsets in their times, and measurements with semicolons and days first, whose times stand for the vehicles they lack.
func TestCSVCollections(t *testing.T) {
	one := write(t, "identifier,vin\nthe car,0PCAAAAAAAA000001\n")
	for _, c := range []struct {
		file, mapping, identities string
		accepted                  int
		rejected                  map[history.Code]int
	}{
		{"ev_charge_odometer_log/imiev_2016-08_2017-12.csv.gz", `
kind: ChargeSession
delimiter: ","
encoding: utf-8
decimal: point
time: {column: date, layout: "2006-01-02", zone: UTC}
vehicle: {only_identifier: the car}
fields:
  - {field: energy_wh, column: kwh, unit: kWh}
  - {field: odometer, column: odometer_km, unit: km, provenance: typed}
`, one, 627, map[history.Code]int{history.CodeFieldMissing: 15}},
		{"nl_connected_car/ev_monitor_2023-01_02.csv.gz", `
kind: OdometerReading
delimiter: ","
encoding: utf-8
decimal: point
time: {column: datetime, layout: "2006-01-02 15:04:05Z07:00", zone: UTC}
vehicle: {only_identifier: the car}
fields:
  - {field: odometer, column: odometer_km, unit: km, provenance: obd_read}
`, one, 497, map[history.Code]int{}},
		{"ee_inspection_measurements/brakes.csv.gz", `
kind: Inspection
delimiter: ";"
encoding: utf-8
decimal: comma
time: {column: MOOTMISE_AEG, layout: "02.01.2006 15:04:05", zone: Europe/Tallinn}
vehicle: {pseudonym: MOOTMISE_AEG}
fields: []
`, "", 13911, map[history.Code]int{}},
	} {
		path := realFile(t, filepath.FromSlash(c.file))
		if path == "" {
			continue
		}
		source, err := history.Open("csv", path, history.Options{Mapping: write(t, c.mapping), Identities: c.identities})
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		_, tally := readAll(t, source)
		want := history.Tally{RowsRead: c.accepted, Accepted: c.accepted, Rejected: c.rejected}
		for _, n := range c.rejected {
			want.RowsRead += n
		}
		if diff := cmp.Diff(want, tally); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.file, diff)
		}
	}
}

func TestSettingsWithoutUseAreRefused(t *testing.T) {
	for format, options := range map[string]history.Options{
		"jsonl":  {Identities: "testdata/identities.csv"},
		"uk-mot": {Mapping: "testdata/csv_mapping.yaml"},
		"sample": {VSSRelease: "6.0"},
	} {
		if _, err := history.Open(format, "testdata/vehicles.jsonl", options); !errors.Is(err, history.ErrOption) {
			t.Errorf("%s: error %v, want ErrOption", format, err)
		}
	}
}

func TestIdentitiesAreStrict(t *testing.T) {
	for name, content := range map[string]string{
		"no header":     "card-1,0PCAAAAAAAA000001\n",
		"short VIN":     "identifier,vin\ncard-1,0PCA\n",
		"blank":         "identifier,vin\n,0PCAAAAAAAA000001\n",
		"contradiction": "identifier,vin\ncard-1,0PCAAAAAAAA000001\ncard-1,0PCAAAAAAAA000002\n",
		"three fields":  "identifier,vin\ncard-1,0PCAAAAAAAA000001,x\n",
	} {
		_, err := history.Open("ocpi-cdr", "testdata/ocpi.json", history.Options{Identities: write(t, content)})
		if !errors.Is(err, history.ErrOption) {
			t.Errorf("%s: error %v, want ErrOption", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "0PCA") || strings.Contains(err.Error(), "card-1")) {
			t.Errorf("%s: the error shows what it read: %v", name, err)
		}
	}
}

// TestNothingOfARowIsTold holds that neither reasons nor ids show who a row is about.
func TestNothingOfARowIsTold(t *testing.T) {
	mapped := history.Options{Mapping: "testdata/csv_charges_mapping.yaml", Identities: "testdata/identities.csv"}
	for _, c := range []struct {
		format, path string
		options      history.Options
	}{
		{"jsonl", "testdata/vehicles.jsonl", history.Options{}},
		{"fr-inspections", "testdata/fr_quirks.jsonl", history.Options{}},
		{"uk-mot", "testdata/uk_mot_piped.txt", history.Options{}},
		{"csv", "testdata/charges.csv", mapped},
		{"cloudevents-jsonl", "testdata/cloudevents.jsonl", history.Options{}},
		{"epcis", "testdata/epcis.json", withIdentities()},
		{"ocpi-cdr", "testdata/ocpi.json", withIdentities()},
		{"catenax", "testdata/catenax_diagnostics.json", history.Options{}},
		{"vss", "testdata/vss.jsonl", history.Options{}},
	} {
		source, err := history.Open(c.format, c.path, c.options)
		if err != nil {
			t.Fatal(err)
		}
		records, _ := readAll(t, source)
		var told []string
		for _, record := range records {
			for _, r := range record.Rejections {
				told = append(told, r.Reason)
			}
			for _, e := range record.Events {
				told = append(told, idOf(t, e, "passports/a"))
			}
		}
		for _, text := range told {
			for _, name := range []string{"0PC", "fr-0", "car-", "card-", "anon-", "NL-EXA", "urn:"} {
				if strings.Contains(text, name) {
					t.Errorf("%s tells %q", c.format, text)
				}
			}
		}
	}
}
