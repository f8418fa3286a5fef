package evaluation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// distribution counts the verdicts on a real set.
type distribution struct {
	name                           string
	vehicles, readings, decreasing int
	verdicts                       [verdicts]int
	// ofDecreasing counts the verdicts of vehicles with a decrease.
	ofDecreasing [verdicts]int
	codes        map[adjudication.Code]int
	// remarkable are vehicles with a decrease or a finding that is more than explained.
	remarkable []string
}

func newDistribution(name string) *distribution {
	return &distribution{name: name, codes: map[adjudication.Code]int{}}
}

func (d *distribution) judge(policy adjudication.Policy, h history) {
	result := adjudication.Full(policy, h.readings, h.signals)
	d.vehicles++
	d.readings += len(h.readings)
	d.verdicts[result.Verdict]++
	decreases := AnyDecrease(h.readings)
	if decreases {
		d.decreasing++
		d.ofDecreasing[result.Verdict]++
	}
	seen := map[adjudication.Code]bool{}
	for _, f := range result.Findings {
		if !seen[f.Code] {
			d.codes[f.Code]++
		}
		seen[f.Code] = true
	}
	if decreases || result.Verdict > adjudication.Insufficient {
		d.remarkable = append(d.remarkable, describe(h, &result))
	}
}

// describe is a vehicle's history with the reasons beside the readings, then the findings.
func describe(h history, result *adjudication.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%d %%)\n", h.vehicle, result.Verdict, result.Confidence)
	for _, r := range h.readings {
		fmt.Fprintf(&b, "  %s %9.1f km %s\n", r.OccurredAt.Format("2006-01-02"), float64(r.Metres)/1000, result.Assess(r).Reason)
	}
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "  %s (%d %%) %v\n", f.Code, f.Confidence, f.Weights)
	}
	return b.String()
}

func (d *distribution) table(show int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %d vehicles, %d readings, %d vehicles with a decrease\n", d.name, d.vehicles, d.readings, d.decreasing)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "verdict\tvehicles\twith a decrease\t")
	for v := range verdicts {
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", adjudication.Verdict(v), d.verdicts[v], d.ofDecreasing[v])
	}
	fmt.Fprintln(t, "reason\tvehicles\t\t")
	for _, code := range slices.Sorted(maps.Keys(d.codes)) {
		fmt.Fprintf(t, "%s\t%d\t\t\n", code, d.codes[code])
	}
	_ = t.Flush() // a strings.Builder takes everything
	for _, vehicle := range d.remarkable[:min(show, len(d.remarkable))] {
		b.WriteString(vehicle)
	}
	return b.String()
}
