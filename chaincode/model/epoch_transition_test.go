package model

import (
	"math/rand/v2"
	"testing"
	"time"
)

// follow returns a valid successor of prev.
func follow(t *testing.T, prev EpochRecord) EpochRecord {
	t.Helper()
	hash, err := prev.Hash()
	if err != nil {
		t.Fatal(err)
	}
	next := prev
	next.Number, next.PreviousHash = prev.Number+1, hash
	next.Streams = append([]StreamCheckpoint(nil), prev.Streams...)
	return next
}

// growing is a change of an epoch in which a stream grew, too.
func growing(change func(*EpochRecord)) func(*EpochRecord) {
	return func(r *EpochRecord) {
		r.Streams[1].Size, r.Streams[1].Root = r.Streams[1].Size+1, Hash{8}
		change(r)
	}
}

func TestValidateDelay(t *testing.T) {
	record := epochOne()
	for delay, want := range map[time.Duration]Reason{-MaxSkew: "", 0: "", MaxDelay: "", MaxDelay + time.Millisecond: ReasonTooLate} {
		if err := ValidateDelay(record, record.time().Add(delay)); ReasonOf(err) != want || (want == "") != (err == nil) {
			t.Errorf("%s: %v", delay, err)
		}
	}
}

func TestValidateNextEpoch(t *testing.T) {
	cases := map[string]struct {
		change func(*EpochRecord)
		delay  time.Duration // of the transaction after the record's time
		want   Reason
	}{
		"unchanged streams":        {func(*EpochRecord) {}, 0, ""},
		"a stream grows":           {func(r *EpochRecord) { r.Streams[1].Size++; r.Streams[1].Root = Hash{8} }, 0, ""},
		"a stream appears":         {func(r *EpochRecord) { r.Streams = append(r.Streams, StreamCheckpoint{Stream: "vault"}) }, 0, ""},
		"skew at the bound":        {func(*EpochRecord) {}, -MaxSkew, ""},
		"skew past the bound":      {func(*EpochRecord) {}, -MaxSkew - time.Millisecond, ReasonClockSkew},
		"a delay of any length":    {func(*EpochRecord) {}, 12 * MaxDelay, ""},
		"number skipped":           {func(r *EpochRecord) { r.Number++ }, 0, ReasonEpochNotNext},
		"number repeated":          {func(r *EpochRecord) { r.Number--; r.PreviousHash = Hash{} }, 0, ReasonEpochNotNext},
		"other previous hash":      {func(r *EpochRecord) { r.PreviousHash[31] ^= 1 }, 0, ReasonPreviousMismatch},
		"time goes back":           {func(r *EpochRecord) { r.TimeUnixMilli-- }, 0, ReasonTimeReversed},
		"a stream shrinks":         {func(r *EpochRecord) { r.Streams[0].Size-- }, 0, ReasonStreamShrank},
		"a stream vanishes":        {func(r *EpochRecord) { r.Streams = r.Streams[:1] }, 0, ReasonStreamMissing},
		"a stream is renamed":      {func(r *EpochRecord) { r.Streams[1].Stream = "ingest/zoe" }, 0, ReasonStreamMissing},
		"same size, other root":    {func(r *EpochRecord) { r.Streams[1].Root[0] ^= 1 }, 0, ReasonStreamForked},
		"the map grows":            {growing(func(r *EpochRecord) { r.MapKeys, r.MapRoot = 5, Hash{0xa2} }), 0, ""},
		"heads of the map change":  {growing(func(r *EpochRecord) { r.MapRoot = Hash{0xa2} }), 0, ""},
		"entries of no list":       {growing(func(*EpochRecord) {}), 0, ""},
		"the map shrinks":          {growing(func(r *EpochRecord) { r.MapKeys, r.MapRoot = 3, Hash{0xa2} }), 0, ReasonMapShrank},
		"the map is emptied":       {growing(func(r *EpochRecord) { r.MapKeys, r.MapRoot = 0, EmptyMapRoot() }), 0, ReasonMapShrank},
		"same map root, more keys": {growing(func(r *EpochRecord) { r.MapKeys = 5 }), 0, ReasonMapForked},
		"another map of the same":  {func(r *EpochRecord) { r.MapRoot = Hash{0xa2} }, 0, ReasonMapForked},
		"a key out of nothing":     {func(r *EpochRecord) { r.MapKeys, r.MapRoot = 5, Hash{0xa2} }, 0, ReasonMapForked},
		"an empty stream's key": {func(r *EpochRecord) {
			r.Streams = append(r.Streams, StreamCheckpoint{Stream: "vault"})
			r.MapKeys, r.MapRoot = 5, Hash{0xa2}
		}, 0, ReasonMapForked},
		"malformed": {func(r *EpochRecord) { r.Streams[1].Stream = "A" }, 0, ReasonMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			prev := epochOne()
			next := follow(t, prev)
			c.change(&next)
			err := ValidateNextEpoch(&prev, next, next.time().Add(c.delay))
			if ReasonOf(err) != c.want || (c.want == "") != (err == nil) {
				t.Errorf("got %v, want reason %q", err, c.want)
			}
		})
	}
}

func TestFirstEpoch(t *testing.T) {
	first := epochOne()
	if err := ValidateNextEpoch(nil, first, first.time()); err != nil {
		t.Error(err)
	}
	second := follow(t, first)
	if err := ValidateNextEpoch(nil, second, second.time()); ReasonOf(err) != ReasonEpochNotNext {
		t.Errorf("epoch 2 without epoch 1: %v", err)
	}
	malformed := first
	malformed.Streams = []StreamCheckpoint{{Stream: "B"}}
	if err := ValidateNextEpoch(&malformed, second, second.time()); ReasonOf(err) != ReasonMalformed {
		t.Errorf("malformed previous epoch: %v", err)
	}
}

// A chain grown at random is accepted link by link, and no epoch of it can be
// replayed, reordered or rolled back to at any later point.
func TestRandomChainsOnlyGrowForward(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		chain := []EpochRecord{epochOne()}
		for range 12 {
			next := follow(t, chain[len(chain)-1])
			next.TimeUnixMilli += rng.Int64N(5000)
			i := rng.IntN(len(next.Streams))
			next.Streams[i].Size += 1 + rng.Uint64N(9)
			next.Streams[i].Root = Hash{byte(rng.Uint32()), byte(rng.Uint32()), 1}
			if err := ValidateNextEpoch(&chain[len(chain)-1], next, next.time()); err != nil {
				t.Fatal(err)
			}
			chain = append(chain, next)
		}
		head := chain[len(chain)-1]
		for _, old := range chain {
			if ValidateNextEpoch(&head, old, old.time()) == nil {
				t.Fatalf("epoch %d accepted after epoch %d", old.Number, head.Number)
			}
			rollback := follow(t, head)
			rollback.Streams = old.Streams
			if err := ValidateNextEpoch(&head, rollback, head.time()); old.Number < head.Number && err == nil {
				t.Fatalf("streams of epoch %d accepted after epoch %d", old.Number, head.Number)
			}
		}
	}
}
