package alert_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/alert"
)

// follower is the simplest that can be: it remembers marks, uses and alerts of one vehicle, and takes in one fact a time.
type follower struct {
	marks []alert.Mark
	uses  []alert.Use
	kept  []alert.Raised
}

func (f *follower) apply(c alert.Change) {
	for _, a := range c.Raise {
		f.kept = append(f.kept, alert.Raised{Kind: a.Kind, Cause: a.Cause().Name, Open: true})
	}
	set := func(changed []alert.Raised, open bool) {
		for _, r := range changed {
			for i := range f.kept {
				if f.kept[i].Kind == r.Kind && f.kept[i].Cause == r.Cause {
					f.kept[i].Open = open
				}
			}
		}
	}
	set(c.Reopen, true)
	set(c.Explain, false)
}

func (f *follower) mark(m alert.Mark) {
	f.marks = append(f.marks, m)
	f.apply(alert.Reconcile(judge(f.marks, f.uses), f.kept, true))
}

func (f *follower) use(u alert.Use) {
	f.uses = append(f.uses, u)
	var given []alert.Alert
	for _, w := range alert.DefaultPolicy().Watches(f.marks) {
		if w.Sees(u) {
			given = append(given, w.Raise(u))
		}
	}
	f.apply(alert.Reconcile(given, f.kept, false))
}

// matters names what the open alerts are about, by the first cause of each matter: which of several declarations an alert
// was raised for depends on what came first.
func matters(t *rapid.T, open []alert.Raised, given []alert.Alert) (out []string) {
	for _, k := range open {
		if !k.Open {
			continue
		}
		i := slices.IndexFunc(given, func(a alert.Alert) bool {
			return a.Kind == k.Kind && slices.ContainsFunc(a.Causes, func(m alert.Mark) bool { return m.Name == k.Cause })
		})
		if i < 0 {
			t.Fatalf("%v is open and nothing gives it", k)
		}
		out = append(out, fmt.Sprintf("%s of %s", given[i].Kind, given[i].Cause().Name))
	}
	slices.Sort(out)
	return out
}

// TestTheOrderOfArrivalDoesNotMatter lets the facts of a vehicle arrive in any order, some of them twice.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	kinds := []alert.MarkKind{
		alert.TotalLoss, alert.TotalLossLifted, alert.Dismantled, alert.Theft, alert.Recovery, alert.CodesCleared,
		alert.OwnershipChange, alert.RecallIssued, alert.RecallPerformed,
	}
	messages := []string{"OdometerReading", "Repair", "Incident", "Service"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "facts")
		steps := make([]func(*follower), n)
		var marks []alert.Mark
		var uses []alert.Use
		for i := range steps {
			days := float64(rapid.IntRange(0, 60).Draw(t, "day"))
			name := fmt.Sprintf("e%d", i)
			if rapid.Bool().Draw(t, "is a use") {
				u := use(rapid.SampledFrom(messages).Draw(t, "message"), name, days)
				uses = append(uses, u)
				steps[i] = func(f *follower) { f.use(u) }
				continue
			}
			m := mark(rapid.SampledFrom(kinds).Draw(t, "kind"), name, days)
			marks = append(marks, m)
			steps[i] = func(f *follower) { f.mark(m) }
		}
		f := &follower{}
		for _, step := range rapid.Permutation(steps).Draw(t, "order") {
			step(f)
		}
		given := judge(marks, uses)
		want := make([]string, len(given))
		for i, a := range given {
			want[i] = fmt.Sprintf("%s of %s", a.Kind, a.Cause().Name)
		}
		slices.Sort(want)
		if got := matters(t, f.kept, given); !slices.Equal(got, want) {
			t.Fatalf("open %v, want %v", got, want)
		}
		if c := alert.Reconcile(given, f.kept, true); len(c.Raise)+len(c.Reopen)+len(c.Explain) > 0 {
			t.Fatalf("judging again changes %+v", c)
		}
	})
}

func TestVerdicts(t *testing.T) {
	step := mark(alert.MarkKind("rollback"), "step", 3)
	other := mark(alert.MarkKind("rollback"), "other", 5)
	open := alert.Raised{Kind: alert.RollbackSuspected, Cause: "step", Open: true}
	closed := alert.Raised{Kind: alert.RollbackSuspected, Cause: "step"}
	wreck := alert.Raised{Kind: alert.WreckOnRoad, Cause: "loss", Open: true}
	for name, c := range map[string]struct {
		verdict                alert.Verdict
		kept                   []alert.Raised
		raise, reopen, explain int
	}{
		"no rollback":                {kept: []alert.Raised{wreck}},
		"a rollback":                 {verdict: alert.Verdict{Rollback: true, Cause: step, Evidence: other}, kept: []alert.Raised{wreck}, raise: 1},
		"the same":                   {verdict: alert.Verdict{Rollback: true, Cause: step, Evidence: other}, kept: []alert.Raised{open}},
		"the same by other evidence": {verdict: alert.Verdict{Rollback: true, Cause: other, Evidence: other}, kept: []alert.Raised{open}},
		"explained":                  {kept: []alert.Raised{open, wreck}, explain: 1},
		"explained already":          {kept: []alert.Raised{closed}},
		"suspected again":            {verdict: alert.Verdict{Rollback: true, Cause: step, Evidence: other}, kept: []alert.Raised{closed}, reopen: 1},
		"another one":                {verdict: alert.Verdict{Rollback: true, Cause: other, Evidence: other}, kept: []alert.Raised{closed}, raise: 1},
	} {
		got := alert.JudgeVerdict(c.verdict, c.kept)
		if len(got.Raise) != c.raise || len(got.Reopen) != c.reopen || len(got.Explain) != c.explain {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
