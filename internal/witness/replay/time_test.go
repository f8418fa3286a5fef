package replay_test

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// cutAt journals something and cuts an epoch of a time.
func cutAt(p *witnesstest.Platform, at time.Time) uint64 {
	p.Journal("ingest/oem", 1)
	return p.Cut(at)
}

func TestARecordMadeAfterTheFactIsRefused(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	cutAt(p, now.Add(-24*time.Hour))
	f := follow(t, p)
	approved(t, f, at(p, 1))
	if err := f.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	cutAt(p, now.Add(-model.MaxSkew-time.Second))
	refused(t, f, at(p, 2), "before a moment at which it was not there")
}

func TestARecordThatHadToWaitIsApproved(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	cutAt(p, now.Add(-24*time.Hour))
	f := follow(t, p)
	approved(t, f, at(p, 1))
	cutAt(p, now.Add(-23*time.Hour)) // cut while nobody looked
	if err := f.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	approved(t, f, at(p, 2))
	if err := f.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	cutAt(p, now.Add(-model.MaxSkew)) // the clocks differ
	approved(t, f, at(p, 3))
	if s := f.Status(); s.Newest != 3 || !s.AsOf.Equal(now) {
		t.Errorf("status %+v", s)
	}
}

func TestARecordOfTheFutureIsApprovedOnceItIsNow(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	f := follow(t, p)
	cutAt(p, now.Add(model.MaxSkew+time.Second))
	refused(t, f, at(p, 1), "ahead of the clock")
	q := witnesstest.NewPlatform(t, origin)
	cutAt(q, now.Add(model.MaxSkew))
	approved(t, follow(t, q), at(q, 1))
}
