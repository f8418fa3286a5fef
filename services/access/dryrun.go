package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// WayOfReading is a smallest set of identities that opens a class to a reader, and for which purposes.
type WayOfReading struct {
	Class access.Class
	Way   access.Way
	// Now and Then are the purposes under the latest version and under the one that is tried.
	Now, Then []access.Purpose
}

// DryRun says who could read what under a version that is not written, beside the latest one. complete is false if there are too
// many ways to list. Errors: ErrPolicyNotFound, ErrRecordMalformed, ErrLedgerUnavailable.
func (s *Service) DryRun(ctx context.Context, passport string, id access.PolicyID, text string) (ways []WayOfReading, complete bool, err error) {
	latest, err := s.Get(ctx, passport, id, 0)
	if err != nil {
		return nil, false, err
	}
	then, err := access.ParsePolicy([]byte(text))
	if err != nil {
		return nil, false, refusal(err)
	}
	if then.ID != id {
		return nil, false, ErrRecordMalformed
	}
	d := dryRun{at: s.millis(), load: cached(s.latestOf(ctx)), found: map[string]*WayOfReading{}, complete: true}
	if err := d.follow(&latest.Version, func(w *WayOfReading) *[]access.Purpose { return &w.Now }); err != nil {
		return nil, false, err
	}
	if err := d.follow(&then, func(w *WayOfReading) *[]access.Purpose { return &w.Then }); err != nil {
		return nil, false, err
	}
	for _, w := range d.found {
		ways = append(ways, *w)
	}
	slices.SortFunc(ways, func(a, b WayOfReading) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), slices.Compare(a.Way, b.Way))
	})
	return ways, d.complete, nil
}

type dryRun struct {
	at       int64
	load     access.Load
	found    map[string]*WayOfReading // by class and way
	complete bool
}

// follow adds the ways of a version; purposes says where those of this version are kept.
func (d *dryRun) follow(p *access.Policy, purposes func(*WayOfReading) *[]access.Purpose) error {
	for _, class := range access.Classes() {
		for _, purpose := range access.Purposes() {
			ways, complete, err := p.Ways(access.Read(class), purpose, d.at, d.load)
			if err != nil {
				return err
			}
			d.complete = d.complete && complete
			for _, way := range ways {
				at := purposes(d.way(class, way))
				*at = append(*at, purpose)
			}
		}
	}
	return nil
}

func (d *dryRun) way(class access.Class, way access.Way) *WayOfReading {
	key := string(class)
	for _, i := range way {
		key += " " + string(i)
	}
	if d.found[key] == nil {
		d.found[key] = &WayOfReading{Class: class, Way: way}
	}
	return d.found[key]
}

// cached asks for each policy once.
func cached(load access.Load) access.Load {
	known := map[access.PolicyID]*access.Policy{}
	return func(id access.PolicyID) (*access.Policy, error) {
		if p, found := known[id]; found {
			return p, nil
		}
		p, err := load(id)
		if err == nil {
			known[id] = p
		}
		return p, err
	}
}
