package alert_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest/alert"
)

// at is an instant some days after the beginning of the tests' calendar.
func at(days float64) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * 24 * float64(time.Hour)))
}

func mark(kind alert.MarkKind, name string, days float64) alert.Mark {
	return alert.Mark{Kind: kind, Name: name, At: at(days)}
}

func use(message, name string, days float64) alert.Use {
	return alert.Use{Event: name, Type: "pcc.events.v1." + message, At: at(days)}
}

// judge gives the alerts of marks and uses, as a follower does that sees all of them at once.
func judge(marks []alert.Mark, uses []alert.Use) []alert.Alert {
	policy := alert.DefaultPolicy()
	given := policy.Standing(marks)
	for _, w := range policy.Watches(marks) {
		if i := slices.IndexFunc(uses, w.Sees); i >= 0 {
			given = append(given, w.Raise(uses[i]))
		}
	}
	return given
}

func summary(alerts []alert.Alert) []string {
	out := make([]string, len(alerts))
	for i, a := range alerts {
		out[i] = fmt.Sprintf("%s of %s by %s", a.Kind, a.Cause().Name, a.Evidence)
	}
	slices.Sort(out)
	return out
}

func TestJudge(t *testing.T) {
	const reading, repair, charge, service = "OdometerReading", "Repair", "ChargeSession", "Service"
	for name, c := range map[string]struct {
		marks []alert.Mark
		uses  []alert.Use
		want  []string
	}{
		"nothing": {},
		"a wreck is read": {
			marks: []alert.Mark{mark(alert.TotalLoss, "loss", 0)},
			uses:  []alert.Use{use(reading, "r", 3)},
			want:  []string{"wreck_on_road of loss by r"},
		},
		"the tow is no use": {
			marks: []alert.Mark{mark(alert.TotalLoss, "loss", 0)},
			uses:  []alert.Use{use(reading, "r", 1.9)},
		},
		"before the loss is before": {
			marks: []alert.Mark{mark(alert.TotalLoss, "loss", 10)},
			uses:  []alert.Use{use(reading, "r", 9)},
		},
		"a wreck is repaired": {
			marks: []alert.Mark{mark(alert.TotalLoss, "loss", 0)},
			uses:  []alert.Use{use(repair, "r", 30)},
		},
		"lifted before it is used": {
			marks: []alert.Mark{mark(alert.TotalLossLifted, "lift", 20), mark(alert.TotalLoss, "loss", 0)},
			uses:  []alert.Use{use(reading, "r", 20)},
		},
		"used before it is lifted": {
			marks: []alert.Mark{mark(alert.TotalLoss, "loss", 0), mark(alert.TotalLossLifted, "lift", 20)},
			uses:  []alert.Use{use(service, "s", 19)},
			want:  []string{"wreck_on_road of loss by s"},
		},
		"lifted at once": {
			marks: []alert.Mark{mark(alert.TotalLossLifted, "lift", 0), mark(alert.TotalLoss, "loss", 0)},
			uses:  []alert.Use{use(reading, "r", 3)},
		},
		"declared twice is one matter": {
			marks: []alert.Mark{mark(alert.TotalLoss, "second", 1), mark(alert.TotalLoss, "first", 0)},
			uses:  []alert.Use{use(reading, "r", 5), use(charge, "c", 6)},
			want:  []string{"wreck_on_road of first by r"},
		},
		"lost, lifted and lost again are two": {
			marks: []alert.Mark{mark(alert.TotalLoss, "a", 0), mark(alert.TotalLossLifted, "lift", 10), mark(alert.TotalLoss, "b", 20)},
			uses:  []alert.Use{use(reading, "r", 5), use(reading, "q", 25)},
			want:  []string{"wreck_on_road of a by r", "wreck_on_road of b by q"},
		},
		"nobody lifts a dismantling": {
			marks: []alert.Mark{mark(alert.Dismantled, "gone", 0), mark(alert.TotalLossLifted, "lift", 5)},
			uses:  []alert.Use{use(charge, "c", 9)},
			want:  []string{"wreck_on_road of gone by c"},
		},
		"stolen and in a workshop": {
			marks: []alert.Mark{mark(alert.Theft, "theft", 0)},
			uses:  []alert.Use{use(repair, "r", 0)},
			want:  []string{"stolen_seen of theft by r"},
		},
		"found": {
			marks: []alert.Mark{mark(alert.Theft, "theft", 0), mark(alert.Recovery, "found", 2)},
			uses:  []alert.Use{use(reading, "r", 3)},
		},
		"cleared before the sale": {
			marks: []alert.Mark{mark(alert.OwnershipChange, "sale", 40), mark(alert.CodesCleared, "c1", 5), mark(alert.CodesCleared, "c2", 12)},
			want:  []string{"codes_cleared_before_sale of sale by c2"},
		},
		"cleared long before, and after": {
			marks: []alert.Mark{mark(alert.OwnershipChange, "sale", 40), mark(alert.CodesCleared, "c1", 9), mark(alert.CodesCleared, "c2", 41)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := summary(judge(c.marks, c.uses)); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestRecalls(t *testing.T) {
	recall := func(kind alert.MarkKind, campaign, name string, days float64) alert.Mark {
		m := mark(kind, name, days)
		m.Campaign = campaign
		return m
	}
	marks := []alert.Mark{
		recall(alert.RecallIssued, "A", "a1", 0), recall(alert.RecallIssued, "A", "a2", 5),
		recall(alert.RecallIssued, "B", "b", 1), recall(alert.RecallPerformed, "B", "done", 1),
		recall(alert.RecallIssued, "C", "c", 10), recall(alert.RecallPerformed, "C", "before", 8),
	}
	want := []string{"recall_open of a1 by a1", "recall_open of c by c"}
	if got := summary(judge(marks, nil)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStepsOfTheRegistryAreMarks(t *testing.T) {
	for step, want := range map[[2]string]alert.MarkKind{
		{"active", "total_loss"}: alert.TotalLoss, {"total_loss", "registered"}: alert.TotalLossLifted,
		{"total_loss", "dismantled"}: alert.Dismantled, {"active", "stolen"}: alert.Theft,
		{"stolen", "registered"}: alert.Recovery, {"stolen", "total_loss"}: alert.TotalLoss, {"registered", "active"}: "",
	} {
		if got, ok := alert.MarkOfStep(step[0], step[1]); got != want || ok != (want != "") {
			t.Errorf("%v is %q", step, got)
		}
	}
}
