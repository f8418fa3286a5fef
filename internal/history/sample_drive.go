package history

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// The course of a sample vehicle's life. Yearly mileage is log-normal with a
// median of 12,500 km, and varies by a quarter from year to year.
const (
	medianYearlyKilometres = 12_500
	spreadBetweenVehicles  = 0.45
	spreadBetweenYears     = 0.25
	yearsToFirstInspection = 3
	daysPerYear            = 365.25
	// inspectionJitterDays is how early or late an inspection takes place.
	inspectionJitterDays = 30
	// shareSkippedYear is how often an inspection is missing from the history.
	shareSkippedYear = 0.08
	// shareRetest is how often a periodic inspection is followed by a re-test.
	shareRetest = 0.15
	// maxRetestDays is the time given to mend the defects.
	maxRetestDays = 60
	// shareDayOnly is how often only the day of an inspection was kept.
	shareDayOnly = 0.25
	// shareConnected is how often a reading came from the car itself, through its maker, and not from an inspection.
	shareConnected = 0.20
)

// sampleEnd is the day no sample reading lies behind. It is fixed, and not
// today, so that a sample does not depend on when it is made.
func sampleEnd() time.Time { return time.Date(2025, time.June, 30, 0, 0, 0, 0, time.UTC) }

// sampleHistory is one vehicle's life as a file would have it.
type sampleHistory struct {
	firstRegistration time.Time
	rows              []jsonlReading
	// faults names what was done to the whole history and to each row.
	whole  historyFault
	faults []rowFault
}

// visit is one inspection before anything went wrong in writing it down.
type visit struct {
	at         time.Time
	kilometres float64
	nature     Nature
	result     Result
	centre     string
}

// drive makes a history of n rows.
func (s *sampler) drive(n int) sampleHistory {
	visits := s.visits(n)
	early := s.random.IntN(2*inspectionJitterDays+1) - inspectionJitterDays
	history := sampleHistory{firstRegistration: visits[0].at.AddDate(-yearsToFirstInspection, 0, early)}
	s.writeDown(visits, &history)
	return history
}

// visits lays out n inspections and ends them within three years of sampleEnd.
func (s *sampler) visits(n int) []visit {
	yearly := medianYearlyKilometres * math.Exp(spreadBetweenVehicles*s.random.NormFloat64())
	day, kilometres := 0.0, yearly*yearsToFirstInspection
	visits := make([]visit, n)
	retest := false
	for i := range visits {
		visits[i] = visit{kilometres: kilometres, nature: NaturePeriodic, result: ResultPassed, centre: s.centre()}
		visits[i].at = time.Unix(0, 0).UTC().Add(time.Duration(day*24) * time.Hour)
		if retest {
			visits[i].nature, visits[i].centre = NatureRetest, visits[i-1].centre
		}
		retest = !retest && s.happens(shareRetest)
		gap := s.gapDays(retest)
		if retest {
			visits[i].result = ResultRetestRequired
		}
		day += gap
		kilometres += yearly * gap / daysPerYear * max(0.1, 1+spreadBetweenYears*s.random.NormFloat64())
	}
	end := sampleEnd().AddDate(0, 0, -s.random.IntN(3*365))
	shift := end.Sub(visits[n-1].at).Truncate(24 * time.Hour)
	for i := range visits {
		visits[i].at = s.openingHours(visits[i].at.Add(shift))
		if i > 0 && !visits[i].at.After(visits[i-1].at) {
			visits[i].at = visits[i-1].at.Add(time.Hour)
		}
	}
	return visits
}

func (s *sampler) gapDays(retest bool) float64 {
	if retest {
		return float64(1 + s.random.IntN(maxRetestDays))
	}
	years := 1
	if s.happens(shareSkippedYear) {
		years = 2
	}
	return float64(years)*daysPerYear + float64(s.random.IntN(2*inspectionJitterDays+1)-inspectionJitterDays)
}

// openingHours moves a time into the working day.
func (s *sampler) openingHours(at time.Time) time.Time {
	const opens, openSeconds = 8 * time.Hour, 10 * 3600
	return at.Truncate(24 * time.Hour).Add(opens + time.Duration(s.random.IntN(openSeconds))*time.Second)
}

func (s *sampler) centre() string {
	const centres = 400
	return fmt.Sprintf("centre-%03d", s.random.IntN(centres))
}

func (s *sampler) happens(share float64) bool { return s.random.Float64() < share }

// reading writes a visit down as it was.
func (s *sampler) reading(v visit) jsonlReading {
	at := v.at.Format(time.RFC3339)
	if s.happens(shareDayOnly) {
		at = v.at.Format(time.DateOnly)
	}
	row := jsonlReading{Time: at, Value: strconv.FormatInt(int64(v.kilometres), 10), Unit: UnitKilometre}
	if v.nature == NaturePeriodic && v.result == ResultPassed && s.happens(shareConnected) {
		row.Kind = KindOdometer
		return row
	}
	row.Kind, row.Nature, row.Result, row.Centre = KindInspection, v.nature, v.result, v.centre
	return row
}

// vehicle invents what is known of the vehicle beside its readings.
func (s *sampler) vehicle(history sampleHistory) jsonlVehicle {
	models := []struct {
		make, model, energy string
		watts               int64
	}{
		{"ARDENT", "CITY 1.2", "petrol", 55_000},
		{"ARDENT", "CITY E", "electric", 60_000},
		{"ARDENT", "ROUTE 1.6D", "diesel", 82_000},
		{"BOREAL", "FJORD 2.0D", "diesel", 110_000},
		{"BOREAL", "POLAR 1.4", "petrol", 90_000},
		{"CALMO", "VIA HYBRID", "petrol hybrid", 72_000},
		{"CALMO", "CARGO 2.2D", "diesel", 96_000},
	}
	colours := []string{"black", "blue", "green", "grey", "red", "silver", "white"}
	model := models[s.random.IntN(len(models))]
	return jsonlVehicle{
		Pseudonym: fmt.Sprintf("sample-%d-%07d", s.config.Seed, s.number),
		Make:      model.make, Model: model.model, Energy: model.energy, PowerWatts: model.watts,
		Colour:            colours[s.random.IntN(len(colours))],
		FirstRegistration: history.firstRegistration.Format(time.DateOnly),
	}
}
