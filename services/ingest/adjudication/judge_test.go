package adjudication_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// history makes readings out of "2010-05 120000 garage": month, mileage in km, or in miles with "mi", and source. A source
// whose name begins with "car" is a device.
func history(t *testing.T, lines ...string) []adjudication.Reading {
	t.Helper()
	readings := make([]adjudication.Reading, len(lines))
	for i, line := range lines {
		fields := strings.Fields(line)
		at, err := time.Parse("2006-01", fields[0])
		if err != nil {
			t.Fatal(err)
		}
		raw, miles := strings.CutSuffix(fields[1], "mi")
		value, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		r := adjudication.Reading{
			EventID: strconv.Itoa(i), Source: fields[2], Assurance: 700, OccurredAt: at, AcceptedAt: at,
			Metres: value * 1000, RawValue: raw, RawUnit: adjudication.Kilometre, Provenance: adjudication.Typed, Kind: adjudication.KindService,
		}
		if miles {
			r.Metres, r.RawUnit = value*1_609_344/1000, adjudication.Mile
		}
		if strings.HasPrefix(r.Source, "car") {
			r.Provenance, r.Kind = adjudication.SignedECU, adjudication.KindConnected
		}
		readings[i] = r
	}
	return readings
}

func signal(t *testing.T, kind adjudication.SignalKind, month string) adjudication.Signal {
	t.Helper()
	at, err := time.Parse("2006-01", month)
	if err != nil {
		t.Fatal(err)
	}
	return adjudication.Signal{EventID: "s" + month, Source: "register", Kind: kind, OccurredAt: at}
}

func TestJudge(t *testing.T) {
	registered := func(month string) adjudication.Signal { return signal(t, adjudication.FirstRegistration, month) }
	cluster := signal(t, adjudication.ClusterChange, "2015-08")
	cluster.Removed, cluster.Installed, cluster.ValuesKnown = 128_000_000, 0, true
	lie := cluster
	lie.Removed = 60_000_000
	imported := signal(t, adjudication.Import, "2015-11")
	imported.Unit = adjudication.Mile
	trips := signal(t, adjudication.Trips, "2016-12")
	trips.Since, trips.Amount = time.Date(2014, time.February, 1, 0, 0, 0, 0, time.UTC), 60_000_000
	charged := trips
	charged.Kind, charged.Amount = adjudication.Charging, 30_000_000
	standing := trips
	standing.Amount, standing.Complete, standing.Since = 1_000_000, true, time.Date(2012, time.January, 1, 0, 0, 0, 0, time.UTC)

	before := []string{"2012-01 80000 a", "2013-01 95000 b", "2014-01 110000 c", "2015-01 125000 a"}
	with := func(lines ...string) []adjudication.Reading {
		return history(t, append(append([]string(nil), before...), lines...)...)
	}
	for name, tt := range map[string]struct {
		readings []adjudication.Reading
		signals  []adjudication.Signal
		verdict  adjudication.Verdict
		code     adjudication.Code
	}{
		"clean":                                 {with("2016-01 140000 b"), nil, adjudication.Consistent, ""},
		"a little lower":                        {with("2015-02 124950 b"), nil, adjudication.Consistent, ""},
		"nothing":                               {nil, nil, adjudication.Insufficient, adjudication.FewerThanTwoReadings},
		"one":                                   {history(t, "2016-01 9000 a"), nil, adjudication.Insufficient, adjudication.FewerThanTwoReadings},
		"one and its copy":                      {history(t, "2016-01 9000 a", "2016-01 9000 b"), nil, adjudication.Insufficient, adjudication.FewerThanTwoReadings},
		"zero":                                  {with("2016-01 0 b", "2017-01 155000 b"), nil, adjudication.Explained, adjudication.DeviceFault},
		"all bits":                              {with("2016-01 4294967295 car", "2017-01 155000 b"), nil, adjudication.Explained, adjudication.DeviceFault},
		"stale":                                 {with("2015-02 126000 car", "2015-03 127000 car", "2015-04 126000 car", "2015-05 128000 car", "2015-06 126000 car"), nil, adjudication.Explained, adjudication.StaleRepeat},
		"dip":                                   {with("2016-01 66666 b", "2017-01 155000 c"), nil, adjudication.ErrorSuspected, adjudication.LowOutlier},
		"peak":                                  {with("2016-01 387654 b", "2017-01 155000 c", "2018-01 170000 a"), nil, adjudication.ErrorSuspected, adjudication.HighOutlier},
		"digit too many":                        {with("2016-01 1400000 b", "2017-01 155000 c"), nil, adjudication.ErrorSuspected, adjudication.DecimalError},
		"digit too few":                         {with("2016-01 14000 b", "2017-01 155000 c"), nil, adjudication.ErrorSuspected, adjudication.DecimalError},
		"digit wrong":                           {with("2016-01 740000 b", "2017-01 155000 c"), nil, adjudication.ErrorSuspected, adjudication.TypingError},
		"miles as kilometres":                   {with("2016-01 87000 b", "2017-01 155000 c"), nil, adjudication.ErrorSuspected, adjudication.UnitError},
		"kilometres as miles":                   {with("2016-01 140000mi b", "2017-01 155000 c", "2018-01 170000 a"), nil, adjudication.ErrorSuspected, adjudication.UnitError},
		"honest miles":                          {with("2016-01 87000mi b", "2017-01 155000 c"), nil, adjudication.Consistent, ""},
		"one source errs always":                {history(t, "2012-01 80000 a", "2013-01 59000 x", "2014-01 110000 a", "2015-01 77700 x", "2016-01 140000 a"), nil, adjudication.ErrorSuspected, adjudication.UnitError},
		"five digits":                           {history(t, "1998-01 70000 a", "1999-01 85000 b", "2000-01 99000 a", "2001-01 14000 c", "2002-01 28000 a"), []adjudication.Signal{registered("1990-01")}, adjudication.Explained, adjudication.CounterRollover},
		"twice round":                           {history(t, "1998-01 90000 a", "1999-01 20000 b", "2000-01 50000 a", "2001-01 80000 c", "2002-01 10000 a"), nil, adjudication.Explained, adjudication.CounterRollover},
		"six digits":                            {history(t, "1998-01 900000 a", "1999-01 960000 b", "2000-01 20000 a", "2001-01 80000 c"), nil, adjudication.Explained, adjudication.CounterRollover},
		"too far for five digits":               {history(t, "1998-01 70000 a", "1999-01 80000 b", "2000-01 90000 a", "2000-09 30000 c", "2002-01 41000 a"), []adjudication.Signal{registered("1990-01")}, adjudication.ErrorSuspected, adjudication.RolloverPossible},
		"cluster, declared":                     {with("2016-01 5000 b", "2017-01 20000 c"), []adjudication.Signal{cluster}, adjudication.Explained, adjudication.CounterReplaced},
		"cluster, declared falsely":             {with("2016-01 65000 b", "2017-01 80000 c"), []adjudication.Signal{lie}, adjudication.RollbackEstablished, adjudication.LevelShiftDownIndependent},
		"cluster, undeclared":                   {with("2016-01 5000 b", "2017-01 20000 c"), nil, adjudication.ErrorSuspected, adjudication.CounterRestarted},
		"import in miles":                       {with("2016-01 87000 b", "2017-01 96000 c"), []adjudication.Signal{imported}, adjudication.Explained, adjudication.ImportedUnit},
		"import does not explain all":           {with("2016-01 40000 b", "2017-01 50000 c"), []adjudication.Signal{imported}, adjudication.RollbackEstablished, adjudication.LevelShiftDownIndependent},
		"lower, last alone":                     {with("2016-01 70000 b"), nil, adjudication.Insufficient, adjudication.LastReadingAlone},
		"lower, last and its copy":              {with("2016-01 70000 b", "2016-01 70000 c"), nil, adjudication.Insufficient, adjudication.LastReadingAlone},
		"rolled back, one later entity":         {with("2016-01 70000 b", "2017-01 85000 b"), nil, adjudication.RollbackSuspected, adjudication.LevelShiftDown},
		"rolled back, two later entities":       {with("2016-01 70000 b", "2017-01 85000 c"), nil, adjudication.RollbackEstablished, adjudication.LevelShiftDownIndependent},
		"rolled back, one earlier entity":       {history(t, "2012-01 80000 a", "2013-01 95000 a", "2014-01 110000 a", "2015-01 40000 b", "2016-01 55000 c"), nil, adjudication.RollbackSuspected, adjudication.LevelShiftDown},
		"rolled back and driven on past it":     {with("2016-01 70000 b", "2017-01 95000 c", "2018-01 120000 b", "2019-01 145000 a"), nil, adjudication.RollbackEstablished, adjudication.LevelShiftDownIndependent},
		"rolled back by less than a year's use": {with("2016-01 112000 b", "2016-07 119000 c", "2017-01 127000 a"), nil, adjudication.RollbackSuspected, adjudication.LevelShiftDown},
		"low level that jumps back":             {with("2015-02 70000 b", "2015-04 70900 c", "2015-05 131000 b"), nil, adjudication.ErrorSuspected, adjudication.DipRecovers},
		"jump up":                               {with("2015-02 400000 b", "2015-09 410000 c"), nil, adjudication.ErrorSuspected, adjudication.LevelShiftUp},
		"two vehicles":                          {history(t, "2012-01 80000 a", "2012-07 20000 b", "2013-01 95000 a", "2013-07 30000 b", "2014-01 110000 a", "2014-07 40000 b"), nil, adjudication.ErrorSuspected, adjudication.TwoVehicles},
		"stopped":                               {with("2016-01 125000 b", "2017-01 125000 c", "2018-01 125000 b"), nil, adjudication.ErrorSuspected, adjudication.CounterStopped},
		"same day":                              {with("2015-01 155555 c", "2016-01 140000 c"), nil, adjudication.ErrorSuspected, adjudication.SameDayChange},
		"before registration":                   {with(), []adjudication.Signal{registered("2012-06")}, adjudication.ErrorSuspected, adjudication.BeforeFirstRegistration},
		"before registration, imported":         {with(), []adjudication.Signal{registered("2012-06"), imported}, adjudication.Explained, adjudication.ReadAbroad},
		"after total loss":                      {with(), []adjudication.Signal{signal(t, adjudication.TotalLoss, "2014-06")}, adjudication.ErrorSuspected, adjudication.AfterEndOfLife},
		"after total loss that was lifted":      {with(), []adjudication.Signal{signal(t, adjudication.TotalLoss, "2014-06"), signal(t, adjudication.TotalLossLifted, "2014-09")}, adjudication.Consistent, ""},
		"blocker, trips":                        {with("2017-01 140000 b"), []adjudication.Signal{trips}, adjudication.ErrorSuspected, adjudication.UseAboveCounter},
		"blocker, charging":                     {with("2017-01 140000 b"), []adjudication.Signal{charged}, adjudication.ErrorSuspected, adjudication.UseAboveCounter},
		"counts too much":                       {with("2016-01 140000 b"), []adjudication.Signal{standing}, adjudication.ErrorSuspected, adjudication.UseBelowCounter},
		"first reading alone higher":            {history(t, "2012-01 444444 a", "2013-01 95000 b", "2014-01 110000 c"), nil, adjudication.ErrorSuspected, adjudication.HighOutlier},
		"first reading alone higher, then a sale": {history(t, "2012-01 222222 a", "2013-01 95000 b", "2014-01 110000 c", "2015-01 120000 c"), []adjudication.Signal{signal(t, adjudication.OwnershipChange, "2013-01")}, adjudication.RollbackSuspected, adjudication.LevelShiftDown},
	} {
		t.Run(name, func(t *testing.T) {
			got := adjudication.Full(adjudication.DefaultPolicy(), tt.readings, tt.signals)
			var code adjudication.Code
			if len(got.Findings) > 0 {
				code = got.Findings[0].Code
			}
			if got.Verdict != tt.verdict || tt.code != "" && code != tt.code || tt.verdict == adjudication.Consistent && code != "" {
				t.Errorf("%v, %s; want %v, %s\n%+v", got.Verdict, code, tt.verdict, tt.code, got.Findings)
			}
			for _, f := range got.Findings {
				if f.Text() == "" || f.Needs() == "" || f.Confidence < 1 || f.Confidence > 99 {
					t.Errorf("%s: text %q, needs %q, confidence %d %%", f.Code, f.Text(), f.Needs(), f.Confidence)
				}
			}
		})
	}
}

func TestRollbackSaysByHowMuchAndWhy(t *testing.T) {
	readings := history(t, "2012-01 80000 a", "2013-01 95000 b", "2014-01 110000 a", "2015-01 60000 c", "2016-01 75000 b")
	got := adjudication.Full(adjudication.DefaultPolicy(), readings, nil)
	f := got.Findings[0]
	if want := int64(50_000_000); f.Missing != want {
		t.Errorf("%d m are missing, want %d", f.Missing, want)
	}
	if want := "[0 1 2 3 4]"; fmt.Sprint(f.Evidence) != want {
		t.Errorf("evidence %v, want %s", f.Evidence, want)
	}
	total := 0
	for _, w := range f.Weights {
		total += w.Decibans
	}
	if total < adjudication.DefaultPolicy().Evidence.Suspect {
		t.Errorf("called a rollback by %d decibans: %v", total, f.Weights)
	}
}

func TestPlausibilityOfReadings(t *testing.T) {
	readings := history(t, "2012-01 80000 a", "2013-01 95000 b", "2014-01 0 b", "2015-01 387654 c", "2016-01 140000 a", "2017-01 90000 b")
	got := adjudication.Full(adjudication.DefaultPolicy(), readings, nil)
	want := []int{850, 950, 10, 100, 850, 400}
	for i, a := range got.Assessments {
		if a.Plausibility != want[i] {
			t.Errorf("%d km: %d thousandths (%s), want %d", readings[i].Metres/1000, a.Plausibility, a.Reason, want[i])
		}
	}
	between := history(t, "2012-07 88000 x", "2012-07 140000 x", "2012-07 70000 x")
	for i, reason := range []adjudication.Code{"", adjudication.HighOutlier, adjudication.LowOutlier} {
		if a := got.Assess(between[i]); a.Reason != reason {
			t.Errorf("a reading that is not kept, %d km: %s, want %q", between[i].Metres/1000, a.Reason, reason)
		}
	}
}

// The detector must not see what the simulator knows, and must be recomputable without anything else.
func TestImportsTheStandardLibraryOnly(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range parsed.Imports {
			if strings.Contains(imported.Path.Value, ".") {
				t.Errorf("%s imports %s", f.Name(), imported.Path.Value)
			}
		}
	}
}
