package evaluation

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/pcc-platform/pcc/internal/simulator"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// String is the confusion matrix with the scores below it.
func (m *Matrix) String() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "simulated vehicles\tall\tdecrease\t")
	for v := range verdicts {
		fmt.Fprintf(t, "%s\t", heading(adjudication.Verdict(v)))
	}
	fmt.Fprintln(t)
	for _, c := range simulator.Classes() {
		row, all := m.Verdicts[c], 0
		for _, n := range row {
			all += n
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t", c, all, m.Decreases[c])
		for _, n := range row {
			fmt.Fprintf(t, "%d\t", n)
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // a strings.Builder takes everything
	precision, recall := m.Rollbacks()
	refPrecision, refRecall := m.Reference()
	fmt.Fprintf(&b, "\nvehicles with a decrease: %.1f %%\n", 100*ratio(refPrecision.Found, m.Vehicles))
	fmt.Fprintf(&b, "rollbacks: precision %.3f (%d of %d), recall with two or more later readings %.3f (%d of %d)\n",
		precision.Precision(), precision.Right, precision.Found, recall.Recall(), recall.Right, recall.Sought)
	fmt.Fprintf(&b, "any decrease is fraud: precision %.3f (%d of %d), recall %.3f\n",
		refPrecision.Precision(), refPrecision.Right, refPrecision.Found, refRecall.Recall())
	return b.String()
}

func heading(v adjudication.Verdict) string {
	return strings.NewReplacer("rollback_", "rb_", "error_suspected", "error", "_suspected", "_susp", "_established", "_estab").Replace(v.String())
}
