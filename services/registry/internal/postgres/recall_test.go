package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/recallsearch"
)

// comparer has every vehicle in every set whose range begins with "all". It fails its first calls.
type comparer struct {
	mu       sync.Mutex
	failures int
	calls    int
	done     func()
}

func (c *comparer) Compare(_ context.Context, vehicles []string, sets [][]registry.VINRange) ([][]int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls++; c.calls <= c.failures {
		c.done()
		return nil, errors.New("the vault is away")
	}
	out := make([][]int, len(sets))
	for i, ranges := range sets {
		for place := range vehicles {
			if ranges[0].Start == "all" {
				out[i] = append(out[i], place)
			}
		}
	}
	return out, nil
}

func (f *fixture) issue(t *testing.T, campaign, start string) registry.Recall {
	t.Helper()
	var issued registry.Recall
	ctx := as(t, "oem")
	f.must(t, f.store.InTx(ctx, func(tx postgres.Tx) (err error) {
		issued, err = f.rules.IssueRecall(ctx, tx, registry.Recall{
			Member: "oem", Campaign: campaign, Ranges: []registry.VINRange{{Start: start}},
		})
		return err
	}))
	return issued
}

// compare runs comparisons in so many processes until no candidate is left, or the vault has failed.
func (f *fixture) compare(t *testing.T, vault *comparer, processes int) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	vault.done = stop
	var group sync.WaitGroup
	for range processes {
		group.Go(func() {
			_ = (&recallsearch.Comparison{Store: f.store, Vault: vault, Logger: slog.New(slog.DiscardHandler)}).Run(ctx)
		})
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil && f.count(t, "SELECT count(*) FROM recall_candidate") > 0 {
		<-tick.C
	}
	stop()
	group.Wait()
}

// TestNewPassportsAreComparedOnce has more passports and more recalls than one step takes, a vault that fails, and several
// processes at once.
func TestNewPassportsAreComparedOnce(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	const recalls, covering, vehicles = 230, 3, 1200
	for i := range recalls {
		start := "none"
		if i < covering {
			start = "all"
		}
		f.issue(t, fmt.Sprint("R/", i), start)
	}
	for first := 0; first < vehicles; first += 400 {
		batch := make([]string, 400)
		for i := range batch {
			batch[i] = uuid.NewString()
		}
		_, err := f.enrol(as(t, "oem"), "oem", batch...)
		f.must(t, err)
	}
	vault := &comparer{failures: 1}
	f.compare(t, vault, 1) // killed at the first call
	if n := f.count(t, "SELECT count(*) FROM recall_candidate"); n != vehicles {
		t.Fatalf("%d candidates are left", n)
	}
	f.compare(t, vault, 3)
	for what, got := range map[string]int{
		"left":    f.count(t, "SELECT count(*) FROM recall_candidate") + covering*vehicles,
		"matches": f.count(t, "SELECT count(*) FROM recall_match"),
		"counted": f.count(t, "SELECT sum(matched_passports)::bigint FROM recall"),
	} {
		if got != covering*vehicles {
			t.Errorf("%s: %d, want %d", what, got, covering*vehicles)
		}
	}
	if n := f.count(t, "SELECT count(*) FROM outbox WHERE subject LIKE '%recall_matched'"); n < covering || n > 2*covering {
		t.Errorf("%d messages", n)
	}
}

// TestSearchAndComparisonFindAPassportOnce has a vehicle enrolled while the search of its recall goes on.
func TestSearchAndComparisonFindAPassportOnce(t *testing.T) {
	f := newFixture(t)
	f.admit(t, "oem", registry.Maker)
	f.issue(t, "R/26/1", "all")
	passport := f.passport(t, "oem")
	searching, ok, err := f.store.SearchingRecall(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	f.must(t, f.store.SaveMatches(t.Context(), searching, []string{passport.Vehicle}, ""))
	f.must(t, f.store.SaveMatches(t.Context(), searching, []string{passport.Vehicle}, "")) // another process, too late
	f.compare(t, &comparer{}, 1)
	found, err := f.store.Recall(t.Context(), "oem", searching.ID)
	f.must(t, err)
	if found.Matched != 1 || found.SearchEnd == nil {
		t.Errorf("the recall is %+v", found)
	}
	if n := f.count(t, "SELECT count(*) FROM outbox WHERE subject LIKE '%recall_matched'"); n != 1 {
		t.Errorf("%d messages", n)
	}
}
