package evaluation

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// maxVehicles and maxRows bound what is read of a set.
const (
	maxVehicles = 100_000
	maxRows     = 1_000_000
)

// history is what a set has of one vehicle.
type history struct {
	vehicle  string
	readings []adjudication.Reading
	signals  []adjudication.Signal
}

// set is one of the real sets.
type set struct {
	name, file string
	read       func(io.Reader) ([]history, error)
}

func sets() []set {
	return []set{
		{"French inspections", "fr_inspections/fr_vehicles_inspections.jsonl.gz", readFrench},
		{"British MOT tests", "uk_mot_sample/uk_mot_2022_5rows.csv", readBritish},
		{"charges of an electric car", "ev_charge_odometer_log/imiev_2016-08_2017-12.csv.gz", readCharges},
		{"connected car", "nl_connected_car/ev_monitor_2023-01_02.csv.gz", readConnected},
	}
}

// load reads a set, or returns nothing if its file is not there.
func (s set) load(dir string) (histories []history, err error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(s.file)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var r io.Reader = f
	if strings.HasSuffix(s.file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", s.name, err)
		}
	}
	if histories, err = s.read(r); err != nil {
		return nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	return histories, nil
}

// frenchVehicle is a line of the French set.
type frenchVehicle struct {
	Vehicle           string
	FirstRegistration string `json:"first_registration"`
	ImportCountry     string `json:"import_country"`
	Events            []struct{ Date, Type string }
	Inspections       []struct {
		Date, Start, Centre string
		Kilometres          *int64 `json:"km"`
	}
}

func readFrench(r io.Reader) (histories []history, err error) {
	lines := json.NewDecoder(r)
	for len(histories) < maxVehicles {
		var v frenchVehicle
		if err := lines.Decode(&v); errors.Is(err, io.EOF) {
			return histories, nil
		} else if err != nil {
			return nil, fmt.Errorf("vehicle %d: %w", len(histories)+1, err)
		}
		h := history{vehicle: v.Vehicle, signals: v.signals()}
		for i, inspection := range v.Inspections {
			at, err := time.Parse("2006-01-02 15:04:05", inspection.Date+" "+orMidnight(inspection.Start))
			if err != nil {
				return nil, fmt.Errorf("vehicle %d: %w", len(histories)+1, err)
			}
			if inspection.Kilometres == nil {
				continue // nothing was read
			}
			h.readings = append(h.readings, adjudication.Reading{
				EventID: fmt.Sprintf("%s/%d", v.Vehicle, i), Source: inspection.Centre, Assurance: 900, OccurredAt: at, AcceptedAt: at,
				Metres: *inspection.Kilometres * 1000, RawValue: strconv.FormatInt(*inspection.Kilometres, 10),
				RawUnit: adjudication.Kilometre, Provenance: adjudication.InspectionTerminal, Kind: adjudication.KindInspection,
			})
		}
		histories = append(histories, h)
	}
	return histories, nil
}

func orMidnight(clock string) string {
	if clock == "" {
		return "00:00:00"
	}
	return clock
}

// signals are what the register knows. An import has the date of the first title in the country.
func (v *frenchVehicle) signals() (signals []adjudication.Signal) {
	add := func(kind adjudication.SignalKind, date string) {
		if at, err := time.Parse(time.DateOnly, date); err == nil {
			signals = append(signals, adjudication.Signal{
				EventID: v.Vehicle + "/" + date, Source: "register", Kind: kind, OccurredAt: at, Unit: v.originUnit(),
			})
		}
	}
	add(adjudication.FirstRegistration, v.FirstRegistration)
	for _, e := range v.Events {
		switch e.Type {
		case "CHANG_TIT_NORMAL", "DECLARATION_CESSION", "DECLARATION_ACHAT":
			add(adjudication.OwnershipChange, e.Date)
		case "IMMAT_NORMALE_PREM_VO":
			add(adjudication.Import, e.Date)
		}
	}
	return signals
}

// originUnit is the unit of counters where an imported vehicle came from.
func (v *frenchVehicle) originUnit() adjudication.Unit {
	switch v.ImportCountry {
	case "":
		return adjudication.UnitUnknown
	case "Royaume-Uni", "Grande-Bretagne", "Etats-Unis":
		return adjudication.Mile
	default:
		return adjudication.Kilometre
	}
}

// rows calls a function with each row of a CSV file as a map from the header's names.
func rows(r io.Reader, each func(n int, row map[string]string) error) error {
	lines := csv.NewReader(r)
	header, err := lines.Read()
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for n := 1; n <= maxRows; n++ {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		row := make(map[string]string, len(header))
		for i, name := range header {
			row[name] = record[i]
		}
		if err := each(n, row); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
	return fmt.Errorf("more than %d rows", maxRows)
}

func readBritish(r io.Reader) ([]history, error) {
	byVehicle := map[string]*history{}
	var order []string
	err := rows(r, func(_ int, row map[string]string) error {
		at, err := time.Parse(time.DateOnly, row["test_date"])
		if err != nil {
			return fmt.Errorf("date: %w", err)
		}
		miles, err := strconv.ParseFloat(row["test_mileage"], 64)
		if err != nil {
			return fmt.Errorf("mileage: %w", err)
		}
		vehicle := row["vehicle_id"]
		if byVehicle[vehicle] == nil {
			byVehicle[vehicle] = &history{vehicle: vehicle}
			order = append(order, vehicle)
		}
		byVehicle[vehicle].readings = append(byVehicle[vehicle].readings, adjudication.Reading{
			EventID: row["test_id"], Source: "test " + row["test_id"], Assurance: 900, OccurredAt: at, AcceptedAt: at,
			Metres: int64(miles * 1609.344), RawValue: strconv.FormatFloat(miles, 'f', -1, 64), RawUnit: adjudication.Mile,
			Provenance: adjudication.InspectionTerminal, Kind: adjudication.KindInspection,
		})
		return nil
	})
	histories := make([]history, len(order))
	for i, vehicle := range order {
		histories[i] = *byVehicle[vehicle]
	}
	return histories, err
}

func readCharges(r io.Reader) ([]history, error) {
	h := history{vehicle: "charges"}
	err := rows(r, func(n int, row map[string]string) error {
		at, err := time.Parse(time.DateOnly, row["date"])
		if err != nil {
			return fmt.Errorf("date: %w", err)
		}
		// The rows of a day are in order, and have no time of day.
		return h.add(n, at, row["odometer_km"], adjudication.Reading{
			Source: "owner", Assurance: 500, Provenance: adjudication.Typed, Kind: adjudication.KindCharge,
		})
	})
	return []history{h}, err
}

func readConnected(r io.Reader) ([]history, error) {
	h := history{vehicle: "connected"}
	err := rows(r, func(n int, row map[string]string) error {
		at, err := time.Parse("2006-01-02 15:04:05Z07:00", row["datetime"])
		if err != nil {
			return fmt.Errorf("time: %w", err)
		}
		return h.add(n, at, row["odometer_km"], adjudication.Reading{
			Source: "maker", Assurance: 850, Provenance: adjudication.SignedECU, Kind: adjudication.KindConnected,
		})
	})
	return []history{h}, err
}

// add puts in a reading in kilometres; one without a value is left out.
func (h *history) add(n int, at time.Time, kilometres string, r adjudication.Reading) error {
	if kilometres == "" {
		return nil
	}
	value, err := strconv.ParseFloat(kilometres, 64)
	if err != nil {
		return fmt.Errorf("mileage: %w", err)
	}
	r.EventID, r.OccurredAt, r.AcceptedAt = strconv.Itoa(n), at, at.Add(time.Duration(n)*time.Microsecond)
	r.Metres, r.RawValue, r.RawUnit = int64(value*1000+0.5), kilometres, adjudication.Kilometre
	h.readings = append(h.readings, r)
	return nil
}

// judgeSets writes a table of the sets that are there.
func judgeSets(ctx context.Context, w io.Writer, opts Options) error {
	for _, s := range sets() {
		histories, err := s.load(opts.DataDir)
		if err != nil {
			return err
		}
		if len(histories) == 0 {
			continue
		}
		d := newDistribution(s.name)
		for _, h := range histories {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("judge %s: %w", s.name, err)
			}
			d.judge(opts.Policy, h)
		}
		if _, err := io.WriteString(w, d.table(opts.Show)); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return nil
}
