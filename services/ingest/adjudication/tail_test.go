package adjudication_test

import (
	"bytes"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// parted is a history as a service keeps it: the tail at hand, the whole apart.
type parted struct {
	policy adjudication.Policy
	tail   adjudication.Tail
	whole  adjudication.State
	// continued counts how often the tail alone could tell.
	continued int
}

// add puts readings in and returns the verdict: of the tail if it can tell, which then is compared with that of the whole.
func (p *parted) add(t rapid.TB, readings []adjudication.Reading) {
	p.whole.Add(readings...)
	want := p.whole.Judge(p.policy)
	got, assessed, ok := p.tail.Add(&p.policy, readings...)
	if !ok {
		p.split()
		return
	}
	p.continued++
	p.compare(t, &got, &want)
	for i, r := range readings {
		if a := want.Assess(r); assessed[i] != a {
			t.Fatalf("the tail assesses %+v, the whole %+v", assessed[i], a)
		}
	}
	p.tail.Trim(&p.policy)
}

// tell puts signals in: only the whole can.
func (p *parted) tell(signals []adjudication.Signal) {
	if len(signals) > 0 {
		p.whole.AddSignals(signals...)
		p.split()
	}
}

// split does what a service does when only the whole can tell.
func (p *parted) split() {
	course, body := p.whole.Split(&p.policy, p.tail.Course)
	p.tail = adjudication.Tail{Course: course, Readings: p.whole.Content().Readings[body:]}
}

func (p *parted) compare(t rapid.TB, got, want *adjudication.Result) {
	kept := p.whole.Content().Readings
	body := len(kept) - len(p.tail.Readings)
	if body < 0 || !slices.EqualFunc(p.tail.Readings, kept[body:], func(a, b *adjudication.Reading) bool { return *a == *b }) {
		t.Fatalf("the tail keeps %v\nthe whole %v", p.tail.Readings, kept)
	}
	if got.Verdict != want.Verdict || got.Confidence != want.Confidence || got.Metres != want.Metres || got.Policy != want.Policy {
		t.Fatalf("the tail says %v %d %d, the whole %v %d %d: %+v", got.Verdict, got.Confidence, got.Metres, want.Verdict, want.Confidence, want.Metres, want.Findings)
	}
	if diff := cmp.Diff(want.Assessments[body:], got.Assessments); diff != "" {
		t.Fatal(diff)
	}
}

// store writes and reads the course, as a service does between two transactions.
func (p *parted) store(t *rapid.T) {
	encoded := p.tail.Course.AppendTo([]byte("before"))
	course, rest, err := adjudication.ReadCourse(append(encoded, "after"...)[len("before"):])
	if err != nil || string(rest) != "after" {
		t.Fatalf("%v, then %q", err, rest)
	}
	if again := course.AppendTo([]byte("before")); !bytes.Equal(encoded, again) {
		t.Fatalf("%x came back as %x", encoded, again)
	}
	p.tail.Course = course
}

// drive draws the readings of a vehicle: those out of the ordinary are at odd.
type drive struct {
	hours, every int
	km           int64
	// still and sinking say that the counter has stopped, or runs backwards little by little.
	still, sinking bool
	made           int
	odd            map[int]bool
}

func newDrive(t *rapid.T) drive {
	d := drive{
		km: rapid.Int64Range(0, 200_000).Draw(t, "first km"), every: rapid.SampledFrom([]int{1, 10, 100, 1000}).Draw(t, "hours between"),
		odd: map[int]bool{},
	}
	for range rapid.IntRange(0, 4).Draw(t, "oddities") {
		d.odd[rapid.IntRange(0, 200).Draw(t, "odd")] = true
	}
	return d
}

// next draws those of one occasion.
func (d *drive) next(t *rapid.T) (readings []adjudication.Reading) {
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 5}).Draw(t, "at once") {
		d.hours += rapid.IntRange(0, 2*d.every).Draw(t, "hours")
		switch {
		case d.sinking:
			d.km = max(1, d.km-rapid.Int64Range(0, 99).Draw(t, "km back"))
		case !d.still:
			d.km += rapid.Int64Range(0, int64(d.every)).Draw(t, "km")
		}
		r := reading(d.made, d.hours, d.km, rapid.SampledFrom([]string{"a", "a", "a", "b", "c"}).Draw(t, "source"))
		r.Assurance = rapid.SampledFrom([]int{700, 900, 100}).Draw(t, "assurance")
		if d.made++; d.odd[d.made] {
			d.disturb(t, &r)
		}
		r.Kind = adjudication.Kind(rapid.IntRange(0, int(adjudication.KindConnected)).Draw(t, "kind")) //nolint:gosec // few
		r.Provenance = rapid.SampledFrom([]adjudication.Provenance{adjudication.SignedECU, adjudication.Typed}).Draw(t, "provenance")
		readings = append(readings, r)
	}
	return readings
}

func (d *drive) disturb(t *rapid.T, r *adjudication.Reading) {
	set := func(km int64) { r.Metres, r.RawValue = km*1000, strconv.FormatInt(km, 10) }
	switch rapid.IntRange(0, 10).Draw(t, "oddity") {
	case 0: // late
		r.OccurredAt = r.OccurredAt.Add(-time.Duration(rapid.IntRange(1, 100*d.every).Draw(t, "hours late")) * time.Hour)
	case 1:
		set(rapid.SampledFrom([]int64{0, 999_999, 16_777_215}).Draw(t, "sentinel"))
	case 2: // within the tolerance, or not
		set(max(1, d.km-rapid.Int64Range(1, 200).Draw(t, "km less")))
	case 3:
		set(rapid.Int64Range(1, 400_000).Draw(t, "any km"))
	case 4: // turned back
		d.km = d.km * 3 / 4
	case 5: // driven as few do
		d.km += int64(d.every) * 20
	case 6: // parked for long
		d.hours += 30 * 24 * 25
	case 7:
		d.every = rapid.SampledFrom([]int{1, 10, 100, 1000}).Draw(t, "hours between")
	case 8:
		d.still = true
	case 9:
		d.sinking = true
	case 10: // so low that the next step is one that few drive
		set(max(1, d.km-80))
		d.km += 460
	}
}

// someSignals are none or few, of life or of use. Use is of distances that the vehicle may have driven, or not.
func someSignals(t *rapid.T, from time.Time) (signals []adjudication.Signal) {
	for i := range rapid.SampledFrom([]int{0, 1, 4}).Draw(t, "signals") {
		s := adjudication.Signal{
			EventID: "s" + strconv.Itoa(i), Source: "register", OccurredAt: from.AddDate(0, 0, rapid.IntRange(-400, 100).Draw(t, "day")),
			Kind: rapid.SampledFrom([]adjudication.SignalKind{
				adjudication.FirstRegistration, adjudication.OwnershipChange, adjudication.Import, adjudication.ClusterChange, adjudication.TotalLoss,
				adjudication.Trips, adjudication.ServiceInterval, adjudication.Charging,
			}).Draw(t, "kind"),
			Amount: rapid.SampledFrom([]int64{0, 1_000, 100_000, 900_000}).Draw(t, "amount"), Complete: rapid.Bool().Draw(t, "complete"),
		}
		s.Since = s.OccurredAt.AddDate(0, 0, -rapid.SampledFrom([]int{0, 1, 30, 365}).Draw(t, "days of use"))
		signals = append(signals, s)
	}
	return signals
}

// Whatever arrives, in whatever order: where the tail alone can tell, it tells what the whole history tells.
func TestTailTellsWhatTheWholeTells(t *testing.T) {
	continued, steps := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := parted{policy: adjudication.DefaultPolicy()}
		d := newDrive(t)
		p.tell(someSignals(t, begin))
		told := rapid.IntRange(0, 150).Draw(t, "told")
		for step := range rapid.IntRange(1, 150).Draw(t, "steps") {
			p.add(t, d.next(t))
			p.store(t)
			if steps++; step == told {
				p.tell(someSignals(t, begin.Add(time.Duration(d.hours)*time.Hour)))
			}
		}
		continued += p.continued
	})
	if continued < steps/4 {
		t.Errorf("the tail could tell %d times of %d", continued, steps)
	}
}

// An ordinary vehicle is judged by its tail, with few exceptions: when the selection gets coarser.
func TestOrdinaryReadingsNeedTheTailAlone(t *testing.T) {
	for name, c := range map[string]struct {
		every   time.Duration
		sources []string
	}{
		"hourly": {time.Hour, []string{"maker"}}, "daily": {24 * time.Hour, []string{"maker"}}, "monthly": {30 * 24 * time.Hour, []string{"maker"}},
		"by turns": {7 * time.Hour, []string{"maker", "fleet", "garage"}},
	} {
		t.Run(name, func(t *testing.T) {
			const steps = 600
			p := parted{policy: adjudication.DefaultPolicy()}
			for i := range steps {
				hours := i * int(c.every.Hours())
				p.add(t, []adjudication.Reading{reading(i, hours, 1000+int64(hours), c.sources[i%len(c.sources)])})
			}
			if rare := steps - p.continued; rare > 20 {
				t.Errorf("%d of %d readings needed the whole history", rare, steps)
			}
		})
	}
}
