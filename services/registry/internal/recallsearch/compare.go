package recallsearch

import (
	"context"
	"log/slog"

	"github.com/pcc-platform/pcc/services/registry"
)

const (
	// maxCandidates bounds the passports of one step, whose VINs the vault decrypts for it.
	maxCandidates = registry.MaxBatch
	// maxSets and maxRanges bound the recalls of one step: together with maxCandidates they are two million comparisons,
	// which take about 100 ms. One recall has no more than 500 ranges.
	maxSets   = 100
	maxRanges = 2000
)

// CandidateStore keeps the passports that were not compared with all recalls yet.
type CandidateStore interface {
	// Candidates returns at most limit passports that were compared with the same recalls, and the id of the last of those.
	Candidates(ctx context.Context, limit int) (batch []registry.Candidate, comparedTo string, err error)
	// RecallsAfter returns at most limit recalls that have ranges, in the order of their ids, after the given one.
	RecallsAfter(ctx context.Context, id string, limit int) ([]registry.Recall, error)
	// SaveComparison publishes what was found, which is in the order of the recalls' ids, and remembers that the batch was
	// compared with the recalls up to next, or with all when next is "".
	SaveComparison(ctx context.Context, batch []registry.Candidate, found []Found, next string) error
}

// Found are passports, by their ids, that a recall covers.
type Found struct {
	Recall    registry.Recall
	Passports []string
}

// Comparison compares new passports with recalls. It is safe to run in several processes.
type Comparison struct {
	Store  CandidateStore
	Vault  registry.VehicleComparer
	Logger *slog.Logger
}

// Run compares until ctx ends. A failure is tried again without end.
func (c *Comparison) Run(ctx context.Context) error {
	repeat(ctx, c.step, func(err error) {
		c.Logger.WarnContext(ctx, "comparison of new passports with recalls interrupted", slog.String("error", err.Error()))
	})
	return nil
}

// step compares some passports with some recalls; more is false when there are no new passports.
func (c *Comparison) step(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	batch, comparedTo, err := c.Store.Candidates(ctx, maxCandidates)
	if err != nil || len(batch) == 0 {
		return false, err
	}
	recalls, err := c.Store.RecallsAfter(ctx, comparedTo, maxSets+1)
	if err != nil {
		return false, err
	}
	now := bounded(recalls)
	found, err := c.compare(ctx, batch, now)
	if err != nil {
		return false, err
	}
	next := ""
	if len(now) < len(recalls) {
		next = now[len(now)-1].ID
	}
	return true, c.Store.SaveComparison(ctx, batch, found, next)
}

// bounded returns as many of the first recalls as one step compares with.
func bounded(recalls []registry.Recall) []registry.Recall {
	ranges := 0
	for i, r := range recalls {
		if ranges += len(r.Ranges); i == maxSets || ranges > maxRanges {
			return recalls[:i]
		}
	}
	return recalls
}

func (c *Comparison) compare(ctx context.Context, batch []registry.Candidate, recalls []registry.Recall) (found []Found, err error) {
	if len(recalls) == 0 {
		return nil, nil
	}
	vehicles, sets := make([]string, len(batch)), make([][]registry.VINRange, len(recalls))
	for i, candidate := range batch {
		vehicles[i] = candidate.Vehicle
	}
	for i, r := range recalls {
		sets[i] = r.Ranges
	}
	covered, err := c.Vault.Compare(ctx, vehicles, sets)
	if err != nil {
		return nil, err
	}
	for i, places := range covered {
		if len(places) == 0 {
			continue
		}
		f := Found{Recall: recalls[i]}
		for _, place := range places {
			f.Passports = append(f.Passports, batch[place].Passport)
		}
		found = append(found, f)
	}
	return found, nil
}
