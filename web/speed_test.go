package web_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
)

// TestSpeed prints how long the page takes to verify the document of sixty events, in a tab that has verified nothing before and then
// again. It decides nothing: other work runs beside it.
func TestSpeed(t *testing.T) {
	const tabs, times = 5, 20
	b := browser.Start(t)
	var first, later []float64
	for range tabs {
		var took []float64
		b.Open(t, fileURL(t, "verify.html")).Eval(t, fmt.Sprintf(`(async () => {
			const trust = await modules.trust.parseTrust(%s);
			const took = [];
			while (took.length < %d) {
				const began = performance.now();
				await modules.verify.verify(%s, trust);
				took.push(performance.now() - began);
			}
			return took;
		})()`, quote(t, vector(t, "trust.json")), times, quote(t, vector(t, "valid/sixty_events_of_every_kind.json"))), &took)
		first, later = append(first, took[0]), append(later, took[times/2:]...)
	}
	slices.Sort(first)
	slices.Sort(later)
	t.Logf("sixty events: %.1f ms the first time, %.1f ms later (medians of %d and %d)", first[len(first)/2], later[len(later)/2], len(first), len(later))
}
