package postgres_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/services/registry"
)

func TestEnrolledPassportReadsBack(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	vehicle := uuid.NewString()
	outcomes, err := f.enrol(as(t, "oem"), "oem", vehicle)
	f.must(t, err)
	got, err := f.store.Passport(t.Context(), outcomes[0].Passport.ID)
	f.must(t, err)
	want := registry.Passport{
		ID: got.ID, Vehicle: vehicle, Tag: tagOf(vehicle), Revision: 1, LifeCycle: registry.Manufactured, EnrolledBy: "oem",
		Specification: registry.Specification{Make: "Alpha", FirstDate: "2020-05"},
		CreateTime:    f.now, UpdateTime: f.now, OwnershipPeriods: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	byVehicle, err := f.store.PassportOf(t.Context(), vehicle)
	f.must(t, err)
	if diff := cmp.Diff(want, byVehicle); diff != "" {
		t.Error(diff)
	}
	periods, err := f.store.Periods(t.Context(), got.ID, 0, 10)
	f.must(t, err)
	if len(periods) != 1 || periods[0].Number != 1 || !periods[0].Start.Equal(f.now) || !periods[0].End.IsZero() {
		t.Errorf("periods %v", periods)
	}
}

func TestBatchHasAnOutcomeEach(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "garage", registry.Garage)
	before := f.passport(t, "garage")
	fresh := uuid.NewString()
	outcomes, err := f.enrol(as(t, "garage"), "garage", fresh, before.Vehicle, fresh)
	f.must(t, err)
	if outcomes[0].Refusal != nil || outcomes[0].Passport.LifeCycle != registry.Registered {
		t.Errorf("new vehicle: %v", outcomes[0])
	}
	for i, id := range map[int]string{1: before.ID, 2: outcomes[0].Passport.ID} {
		if !errors.Is(outcomes[i].Refusal, registry.ErrAlreadyEnrolled) || outcomes[i].Passport.ID != id {
			t.Errorf("outcome %d: %v", i, outcomes[i])
		}
	}
	if n := f.count(t, `SELECT count(*) FROM outbox WHERE subject = 'pcc.registry.v1.passport_enrolled'`); n != 2 {
		t.Errorf("%d messages for 2 passports", n)
	}
	if n := f.count(t, `SELECT count(*) FROM audit WHERE action = 'EnrolPassport' AND subject = 'garage/admin'`); n != 2 {
		t.Errorf("%d audit rows for 2 passports", n)
	}
}

// TestOneVehicleHasOnePassportUnderEveryHandle gives a VIN a second handle, as a vault that lost its table would.
func TestOneVehicleHasOnePassportUnderEveryHandle(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	before := f.passport(t, "oem")
	second, twinA, twinB := uuid.NewString(), uuid.NewString(), uuid.NewString()
	bound := map[string]eventlist.Tag{second: before.Tag, twinA: tagOf("twin"), twinB: tagOf("twin")}
	outcomes, err := f.enrolBound(as(t, "oem"), "oem", []registry.Enrolment{{Vehicle: second}, {Vehicle: twinA}, {Vehicle: twinB}}, bound)
	f.must(t, err)
	if !errors.Is(outcomes[0].Refusal, registry.ErrAlreadyEnrolled) || outcomes[0].Passport.ID != before.ID {
		t.Errorf("a second handle: %+v", outcomes[0])
	}
	refused := 0
	for _, o := range outcomes[1:] {
		if o.Refusal != nil {
			refused++
		}
	}
	if refused != 1 || outcomes[1].Passport.ID != outcomes[2].Passport.ID {
		t.Errorf("two handles at once: %+v", outcomes[1:])
	}
	if n := f.count(t, `SELECT count(*) FROM passport`); n != 2 {
		t.Errorf("%d passports of 2 vehicles", n)
	}
}

func TestThousandEnrolmentsTakeUnderASecond(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	vehicles := make([]string, registry.MaxBatch)
	for i := range vehicles {
		vehicles[i] = uuid.NewString()
	}
	start := time.Now()
	outcomes, err := f.enrol(as(t, "oem"), "oem", vehicles...)
	f.must(t, err)
	took := time.Since(start)
	t.Logf("%d enrolments in %s", len(outcomes), took)
	if took > time.Second {
		t.Errorf("%d enrolments took %s", len(outcomes), took)
	}
	for i, o := range outcomes {
		if o.Refusal != nil || o.Passport.Vehicle != vehicles[i] {
			t.Fatalf("outcome %d: %v", i, o)
		}
	}
}

// Batches that run at once and share vehicles, in opposite orders, neither deadlock nor enrol one twice.
func TestConcurrentEnrolmentsHaveOneWinner(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	vehicles := make([]string, registry.MaxBatch) // long enough for the batches to meet
	for i := range vehicles {
		vehicles[i] = uuid.NewString()
	}
	reversed := make([]string, len(vehicles))
	for i, v := range vehicles {
		reversed[len(vehicles)-1-i] = v
	}
	const callers = 8
	results, failures := make([][]registry.Outcome, callers), make([]error, callers)
	var wg sync.WaitGroup
	ctx := as(t, "oem")
	for i := range callers {
		wg.Go(func() {
			batch := vehicles
			if i%2 == 1 {
				batch = reversed
			}
			results[i], failures[i] = f.enrol(ctx, "oem", batch...)
		})
	}
	wg.Wait()
	f.must(t, errors.Join(failures...))
	wins, ids := map[string]int{}, map[string]string{}
	for _, outcomes := range results {
		for _, o := range outcomes {
			if o.Refusal == nil {
				wins[o.Passport.Vehicle]++
			}
			if id, seen := ids[o.Passport.Vehicle]; seen && id != o.Passport.ID {
				t.Fatalf("vehicle %s has the passports %s and %s", o.Passport.Vehicle, id, o.Passport.ID)
			}
			ids[o.Passport.Vehicle] = o.Passport.ID
		}
	}
	for _, v := range vehicles {
		if wins[v] != 1 {
			t.Errorf("vehicle %s was enrolled %d times", v, wins[v])
		}
	}
}

func TestPassportsPageByMember(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	f.admit(t, "garage", registry.Garage)
	f.passport(t, "garage")
	want := map[string]bool{}
	for range 7 { // all at one time: the id decides
		want[f.passport(t, "oem").ID] = true
	}
	var after registry.PassportKey
	for range 4 {
		page, err := f.store.Passports(t.Context(), "oem", after, 2)
		f.must(t, err)
		for _, p := range page {
			if !want[p.ID] {
				t.Errorf("%s is not the member's, or came twice", p.ID)
			}
			delete(want, p.ID)
			after = p.Key()
		}
	}
	if len(want) != 0 {
		t.Errorf("%d passports never came", len(want))
	}
}

// A random walk over the real tables keeps a chain of steps and every revision.
func TestRandomLifeCyclesKeepTheirHistory(t *testing.T) {
	f := newFixture(t)
	classes := map[string]registry.MemberClass{
		"maker": registry.Maker, "insurer": registry.Insurer, "garage": registry.Garage, "centre": registry.InspectionCentre,
		"dealer": registry.Dealer, "fleet": registry.Fleet, "authority": registry.Authority,
	}
	members := make([]string, 0, len(classes))
	for id, class := range classes {
		f.admit(t, id, class)
		members = append(members, id)
	}
	states := []registry.LifeCycle{
		registry.Manufactured, registry.Registered, registry.Active, registry.Stolen,
		registry.Exported, registry.TotalLoss, registry.Dismantled,
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := f.passport(t, rapid.SampledFrom(members).Draw(rt, "enrolled by"))
		state, steps := p.LifeCycle, 0
		for range rapid.IntRange(0, 8).Draw(rt, "tries") {
			by, to := rapid.SampledFrom(members).Draw(rt, "by"), rapid.SampledFrom(states).Draw(rt, "to")
			next, err := f.transition(as(t, by), registry.StepRequest{Passport: p.ID, To: to, Member: by})
			switch {
			case err == nil:
				state, steps = to, steps+1
				if next.LifeCycle != to || next.ETag() == p.ETag() {
					rt.Fatalf("step to %s gave %v", to, next)
				}
			case apperr.ReasonOf(err) == "":
				rt.Fatal(err)
			}
		}
		f.checkChain(rt, p, state, steps)
	})
}

func (f *fixture) checkChain(t *rapid.T, p registry.Passport, state registry.LifeCycle, steps int) {
	ctx := t.Context()
	transitions, err := f.store.Transitions(ctx, p.ID, 0, 100)
	if err != nil || len(transitions) != steps {
		t.Fatalf("%d transitions, want %d: %v", len(transitions), steps, err)
	}
	last := p.LifeCycle
	for i, s := range transitions {
		if s.From != last || s.Revision != int64(i)+2 {
			t.Fatalf("step %d from %s to %s at revision %d follows %s", i, s.From, s.To, s.Revision, last)
		}
		last = s.To
	}
	now, err := f.store.Passport(ctx, p.ID)
	if err != nil || last != state || now.LifeCycle != state {
		t.Fatalf("state %s, last step to %s, walked to %s: %v", now.LifeCycle, last, state, err)
	}
	var revisions int
	if err := f.pool.QueryRow(ctx, `SELECT count(*) FROM passport_revision WHERE id = $1`, p.ID).Scan(&revisions); err != nil || revisions != steps+1 {
		t.Fatalf("%d revisions after %d steps: %v", revisions, steps, err)
	}
}

func TestTransitionWithOldETagIsRefused(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "insurer", registry.Insurer)
	p := f.passport(t, "insurer")
	ctx := as(t, "insurer")
	_, err := f.transition(ctx, registry.StepRequest{Passport: p.ID, To: registry.Stolen, Member: "insurer", ETag: p.ETag()})
	f.must(t, err)
	_, err = f.transition(ctx, registry.StepRequest{Passport: p.ID, To: registry.Registered, Member: "insurer", ETag: p.ETag()})
	if !errors.Is(err, registry.ErrETagMismatch) {
		t.Errorf("error %v", err)
	}
}

func TestHistoryCannotBeRewritten(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "insurer", registry.Insurer)
	p := f.passport(t, "insurer")
	_, err := f.transition(as(t, "insurer"), registry.StepRequest{Passport: p.ID, To: registry.Stolen, Member: "insurer"})
	f.must(t, err)
	for _, statement := range []string{
		`UPDATE passport_revision SET life_cycle = 'active'`, `DELETE FROM passport_revision`,
		`UPDATE passport_transition SET reason = ''`, `DELETE FROM passport_transition`,
		`UPDATE passport SET life_cycle = 'active'`, // without a new revision
	} {
		if _, err := f.pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s succeeded", statement)
		}
	}
}
