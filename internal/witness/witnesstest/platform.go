package witnesstest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Platform is the index log of a platform with its streams, in memory. It shows what a follower reads
// (replay.Source), which may go on while it grows.
type Platform struct {
	*Log
	// Forge, if it is not nil, changes each record before it is sealed.
	Forge func(*model.EpochRecord)

	mu      sync.Mutex // of streams and records
	streams map[string][]proof.Entry
	records []string
	state   epoch.State
	lists   map[proof.Key]headmap.List
	serial  int
}

// NewPlatform returns a platform without epochs, whose index log has the origin and a new key.
func NewPlatform(t testing.TB, origin string) *Platform {
	t.Helper()
	return &Platform{
		Log: NewLog(t, origin), streams: map[string][]proof.Entry{}, state: epoch.Start(), lists: map[proof.Key]headmap.List{},
	}
}

// Fork returns a second platform with the same key and the same past.
func (p *Platform) Fork() *Platform {
	streams := map[string][]proof.Entry{}
	for name, entries := range p.streams {
		streams[name] = slices.Clone(entries)
	}
	return &Platform{
		Log: p.Log.Fork(p.Size()), Forge: p.Forge, streams: streams, records: slices.Clone(p.records), state: p.state,
		lists: maps.Clone(p.lists), serial: p.serial,
	}
}

// ListKey returns a key of a list by a number.
func ListKey(number int) proof.Key { return sha256.Sum256(fmt.Appendf(nil, "list %d", number)) }

// Journal appends an event's entry to a stream, in the list with a number; zero is in none.
func (p *Platform) Journal(stream string, list int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	e := proof.Entry{Commitment: sha256.Sum256(fmt.Appendf(nil, "event %d", p.serial))}
	if list != 0 {
		e.Key = ListKey(list)
	}
	p.streams[stream] = append(p.streams[stream], e)
}

// Entry returns an entry of a stream, to be changed.
func (p *Platform) Entry(stream string, number int) *proof.Entry { return &p.streams[stream][number] }

// Cut makes the epoch of everything journaled so far and returns its number.
func (p *Platform) Cut(at time.Time) uint64 {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	b := epoch.Begin(p.state, p.load)
	for _, name := range slices.Sorted(maps.Keys(p.streams)) {
		if err := b.Add(context.Background(), name, p.streams[name][p.state.Size(name):]); err != nil {
			p.t.Fatal(err)
		}
	}
	change, err := b.Finish()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, l := range change.Lists {
		p.lists[l.Key] = l.List
	}
	p.seal(change.Next, at)
	return p.Size()
}

// seal appends the record of a state to the index.
func (p *Platform) seal(next epoch.State, at time.Time) {
	p.t.Helper()
	content := next.Content()
	r := model.EpochRecord{
		Number: p.Size() + 1, TimeUnixMilli: at.UnixMilli(), MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys,
		Streams: content.Streams,
	}
	if len(p.records) > 0 {
		r.PreviousHash = sha256.Sum256([]byte(p.records[len(p.records)-1]))
	}
	if p.Forge != nil {
		p.Forge(&r)
	}
	text, err := r.Canonical()
	if err != nil {
		p.t.Fatal(err)
	}
	entry := proof.EntryOf(proof.Key{}, proof.Frame(model.IndexLeafType, [proof.SaltBytes]byte{}, text))
	p.Append(entry.Bytes())
	p.records = append(p.records, string(text))
	if p.state, err = next.WithRecord(entry.Hash()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *Platform) load(_ context.Context, keys []proof.Key) ([]headmap.List, error) {
	lists := make([]headmap.List, len(keys))
	for i, key := range keys {
		lists[i] = p.lists[key]
	}
	return lists, nil
}

// Newest returns the number of epochs.
func (p *Platform) Newest(context.Context) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return uint64(len(p.records)), nil
}

// Records returns the texts of records.
func (p *Platform) Records(_ context.Context, first, end uint64) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	have := uint64(len(p.records)) + 1
	return p.records[min(first, have)-1 : min(end, have)-1], nil
}

// chunk is how many entries are shown at a time: few, so that tests see the seams.
const chunk = 3

// Entries yields entries of a stream.
func (p *Platform) Entries(_ context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	p.mu.Lock()
	defer p.mu.Unlock()
	have := uint64(len(p.streams[part.Stream]))
	entries := p.streams[part.Stream][min(part.First, have):min(part.End, have)]
	return func(yield func([]proof.Entry, error) bool) {
		for some := range slices.Chunk(entries, chunk) {
			if !yield(some, nil) {
				return
			}
		}
	}
}

// RewriteRecord changes what is shown of a record, behind the back of the log.
func (p *Platform) RewriteRecord(number uint64, from, to string) {
	p.records[number-1] = strings.Replace(p.records[number-1], from, to, 1)
}

// TakeEntries takes over the entries of another platform that are in no epoch here.
func (p *Platform) TakeEntries(other *Platform) {
	for name, entries := range other.streams {
		p.streams[name] = slices.Clone(entries)
	}
	p.serial = other.serial
}
