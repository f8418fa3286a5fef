package replay_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/replay"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const origin = "pcc.example/log/index"

// now is the clock of these tests.
var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

func open(t *testing.T, file string, source replay.Source) *replay.Follower {
	t.Helper()
	f, err := replay.Open(replay.Options{
		File: file, Origin: origin, Source: source, Logger: slog.New(slog.DiscardHandler), Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// follow opens a follower with a new file that is closed with the test.
func follow(t *testing.T, source replay.Source) *replay.Follower {
	t.Helper()
	f := open(t, filepath.Join(t.TempDir(), "replay.db"), source)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// at is the checkpoint of a platform's index at a size.
func at(p *witnesstest.Platform, size uint64) checkpoint.Checkpoint {
	return checkpoint.Checkpoint{Origin: origin, Size: size, Root: p.Root(size)}
}

// grow journals some entries in some lists of some streams, and cuts an epoch.
func grow(p *witnesstest.Platform, rounds int) {
	for i := range rounds {
		p.Journal("ingest/oem", 1+i%3)
		p.Journal("ingest/garage", 1+i%5)
		p.Journal("keys/oem", 0)
		p.Cut(now)
	}
}

func approved(t *testing.T, f *replay.Follower, c checkpoint.Checkpoint) {
	t.Helper()
	if err := f.Approve(t.Context(), c); err != nil {
		t.Fatalf("size %d: %v", c.Size, err)
	}
}

// refused checks that a checkpoint is refused with a text, and that the follower stays where it was.
func refused(t *testing.T, f *replay.Follower, c checkpoint.Checkpoint, text string) {
	t.Helper()
	before := f.Status().Epoch
	err := f.Approve(t.Context(), c)
	if !errors.Is(err, witness.ErrRefused) || !strings.Contains(err.Error(), text) {
		t.Fatalf("size %d: %v, want a refusal with %q", c.Size, err, text)
	}
	if after := f.Status().Epoch; after != before {
		t.Errorf("refused, and went from epoch %d to %d", before, after)
	}
}

// TestAnHonestPlatformIsFollowed lets a platform grow at random, and a follower look at some of its epochs and be opened
// again at some; each must be approved, and the map be the platform's.
func TestAnHonestPlatformIsFollowed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := witnesstest.NewPlatform(t, origin)
		file := filepath.Join(t.TempDir(), "replay.db")
		f := open(t, file, p)
		defer func() { f.Close() }()
		for range rapid.IntRange(1, 12).Draw(rt, "epochs") {
			for range rapid.IntRange(0, 20).Draw(rt, "entries") {
				stream := rapid.SampledFrom([]string{"ingest/a", "ingest/b", "keys/a", "registry"}).Draw(rt, "stream")
				p.Journal(stream, rapid.IntRange(0, 6).Draw(rt, "list"))
			}
			n := p.Cut(now)
			if rapid.Bool().Draw(rt, "restart") {
				if err := f.Close(); err != nil {
					rt.Fatal(err)
				}
				f = open(t, file, p)
			}
			if rapid.Bool().Draw(rt, "look") {
				approved(t, f, at(p, n))
				approved(t, f, at(p, n))
				if got := f.Status(); got.Epoch != n {
					rt.Fatalf("epoch %d, want %d", got.Epoch, n)
				}
			}
		}
		approved(t, f, at(p, p.Size()))
		approved(t, f, at(p, (p.Size()+1)/2))
	})
}

func TestCatchingUpReadsInBlocks(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 2*replay.RecordsAtOnce+5)
	f := follow(t, p)
	approved(t, f, at(p, 3))
	approved(t, f, at(p, p.Size()))
	if got := f.Status(); got.Epoch != p.Size() || got.Lists != 5 {
		t.Errorf("status %+v", got)
	}
}

func TestALyingRecordIsRefused(t *testing.T) {
	other := model.Hash{1, 2, 3}
	for text, forge := range map[string]func(*model.EpochRecord){
		"root of the map differs":           func(r *model.EpochRecord) { r.MapRoot = other },
		"number of keys of the map differs": func(r *model.EpochRecord) { r.MapKeys++ },
		"ingest/oem: the root of a stream":  func(r *model.EpochRecord) { r.Streams[1].Root = other },
		"PREVIOUS":                          func(r *model.EpochRecord) { r.PreviousHash = other },
		"STREAM_SHRANK":                     func(r *model.EpochRecord) { r.Streams[1].Size = 1 },
		"STREAM_VANISHED":                   func(r *model.EpochRecord) { r.Streams = r.Streams[1:] },
		"TIME_REVERSED":                     func(r *model.EpochRecord) { r.TimeUnixMilli -= 1 },
		"ahead of the clock":                func(r *model.EpochRecord) { r.TimeUnixMilli += (model.MaxSkew + time.Second).Milliseconds() },
		"more than 1048576 entries":         func(r *model.EpochRecord) { r.Streams[1].Size += epoch.MaxEntries },
		"stream ingest/oem: 1 entries are shown of those from 2 to 4": func(r *model.EpochRecord) { r.Streams[1].Size++ },
	} {
		t.Run(text, func(t *testing.T) {
			p := witnesstest.NewPlatform(t, origin)
			grow(p, 2)
			f := follow(t, p)
			approved(t, f, at(p, 2))
			p.Forge = forge
			grow(p, 1)
			refused(t, f, at(p, 3), text)
			refused(t, f, at(p, 3), text)
		})
	}
}

func TestEntriesOtherThanRecordedAreRefused(t *testing.T) {
	for name, tamper := range map[string]func(p *witnesstest.Platform){
		"replaced": func(p *witnesstest.Platform) { p.Entry("ingest/oem", 3).Commitment[0] ^= 1 },
		"moved to another list": func(p *witnesstest.Platform) {
			p.Entry("ingest/oem", 3).Key = witnesstest.ListKey(4)
		},
		"taken out of its list": func(p *witnesstest.Platform) { p.Entry("ingest/oem", 3).Key = proof.Key{} },
		"in another order": func(p *witnesstest.Platform) {
			a, b := p.Entry("ingest/oem", 3), p.Entry("ingest/oem", 4)
			*a, *b = *b, *a
		},
		"moved to another stream": func(p *witnesstest.Platform) {
			a, b := p.Entry("ingest/oem", 3), p.Entry("ingest/garage", 3)
			*a, *b = *b, *a
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := witnesstest.NewPlatform(t, origin)
			grow(p, 3)
			f := follow(t, p)
			approved(t, f, at(p, 3))
			p.Journal("ingest/oem", 2)
			grow(p, 1)
			tamper(p)
			refused(t, f, at(p, 4), "the root of a stream differs")
		})
	}
}

// TestAListMadeOtherwiseIsRefused has the streams right and the map made as if the last entry were in another list, or in none.
func TestAListMadeOtherwiseIsRefused(t *testing.T) {
	for name, list := range map[string]int{"left out": 0, "in another vehicle's list": 3, "in a list of its own": 9} {
		t.Run(name, func(t *testing.T) {
			p := witnesstest.NewPlatform(t, origin)
			grow(p, 3)
			f := follow(t, p)
			approved(t, f, at(p, 3))
			lie := p.Fork()
			var record model.EpochRecord
			lie.Forge = func(r *model.EpochRecord) { record = *r }
			lie.Journal("ingest/oem", list)
			lie.Cut(now)
			p.Forge = func(r *model.EpochRecord) { r.MapRoot, r.MapKeys = record.MapRoot, record.MapKeys }
			p.Journal("ingest/oem", 2)
			p.Cut(now)
			refused(t, f, at(p, 4), "the root of the map differs")
		})
	}
}

// TestARewrittenStreamIsRefused changes an entry of the past and makes the next record as if it had always been so.
func TestARewrittenStreamIsRefused(t *testing.T) {
	honest := witnesstest.NewPlatform(t, origin)
	grow(honest, 3)
	f := follow(t, honest)
	approved(t, f, at(honest, 3))
	rewritten := witnesstest.NewPlatform(t, origin)
	grow(rewritten, 3)
	rewritten.Entry("ingest/oem", 1).Commitment[0] ^= 1
	again := witnesstest.NewPlatform(t, origin)
	again.TakeEntries(rewritten)
	again.Journal("ingest/oem", 1)
	var record model.EpochRecord
	again.Forge = func(r *model.EpochRecord) { record = *r }
	again.Cut(now)
	honest.Forge = func(r *model.EpochRecord) {
		r.MapRoot, r.MapKeys, r.Streams = record.MapRoot, record.MapKeys, record.Streams
	}
	honest.Journal("ingest/oem", 1)
	honest.Cut(now)
	refused(t, f, at(honest, 4), "stream ingest/oem: the root of a stream differs")
}

func TestRecordsOtherThanSignedAreRefused(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 2)
	f := follow(t, p)
	approved(t, f, at(p, 2))
	grow(p, replay.RecordsAtOnce+2)
	signed := at(p, p.Size())
	p.RewriteRecord(4, "keys/oem 4 ", "keys/oem 5 ")
	refused(t, f, signed, "do not make the index root that is signed")
	refused(t, f, checkpoint.Checkpoint{Origin: origin, Size: 2, Root: signed.Root}, "another root")
	refused(t, f, checkpoint.Checkpoint{Origin: origin, Size: p.Size() + 1, Root: signed.Root}, "is not shown")
	p.RewriteRecord(4, "keys/oem 5 ", "keys/oem 4 ")
	approved(t, f, signed)
	p.RewriteRecord(p.Size(), "pcc-epoch", "pcc-")
}

// twoFaced shows other records when they are read a second time.
type twoFaced struct {
	*witnesstest.Platform
	reads int
}

func (s *twoFaced) Records(ctx context.Context, first, end uint64) ([]string, error) {
	texts, err := s.Platform.Records(ctx, first, end)
	if first == 1 {
		if s.reads++; s.reads == 2 {
			texts = append([]string{}, texts...)
			texts[1] = strings.Replace(texts[1], "keys/oem 2 ", "keys/oem 3 ", 1)
		}
	}
	return texts, err
}

func TestRecordsThatChangeBetweenTwoReadingsAreRefused(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	grow(p, replay.RecordsAtOnce+1)
	f := follow(t, &twoFaced{Platform: p})
	refused(t, f, at(p, p.Size()), "are others when they are read again")
	approved(t, f, at(p, p.Size()))
}

// broken fails in the middle of a stream.
type broken struct{ *witnesstest.Platform }

func (s broken) Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return func(yield func([]proof.Entry, error) bool) {
		part.End--
		for entries := range s.Platform.Entries(ctx, part) {
			if !yield(entries, nil) {
				return
			}
		}
		yield(nil, errors.New("connection lost"))
	}
}

func TestAFailureIsNoVerdict(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 1)
	f := follow(t, broken{p})
	if err := f.Approve(t.Context(), at(p, 1)); err == nil || errors.Is(err, witness.ErrRefused) {
		t.Errorf("%v, want an error that is no refusal", err)
	}
}

// slow answers when it is allowed to.
type slow struct {
	*witnesstest.Platform
	allow chan struct{}
}

func (s slow) Records(ctx context.Context, first, end uint64) ([]string, error) {
	select {
	case <-s.allow:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.Platform.Records(ctx, first, end)
}

func TestWorkOutlivesItsRequest(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	grow(p, 4)
	source := slow{p, make(chan struct{})}
	f := follow(t, source)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Approve(ctx, at(p, 2)); !errors.Is(err, context.Canceled) || errors.Is(err, witness.ErrRefused) {
		t.Fatalf("%v, want that it is not known yet", err)
	}
	close(source.allow)
	approved(t, f, at(p, 4))
}

func TestALogWithoutEpochsIsApproved(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	approved(t, follow(t, p), checkpoint.Checkpoint{Origin: origin, Root: checkpoint.EmptyRoot()})
}
