package headmap

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// Options says how much is measured.
type Options struct {
	Keys    int // of the map
	Updates int // keys of a batch
	Batches int
	Proofs  int // of inclusion, and as many of non-inclusion
}

var errOptions = errors.New("bench: all options must be positive, and updates and proofs at most the keys")

type bench struct {
	Options
	meter
	out    *tabwriter.Writer
	keys   []proof.Key
	counts []uint32 // of the list of each key
	random *rand.Rand
}

// Run measures and prints one line a step.
func Run(opts Options, out io.Writer) error {
	if min(opts.Updates, opts.Batches, opts.Proofs) < 1 || opts.Keys < max(opts.Updates, opts.Proofs) {
		return errOptions
	}
	b := bench{
		Options: opts,
		out:     tabwriter.NewWriter(out, 0, 0, 2, ' ', 0),
		keys:    make([]proof.Key, opts.Keys),
		counts:  make([]uint32, opts.Keys),
		random:  rand.New(rand.NewPCG(1, 2)), //nolint:gosec // the same choice in every run
	}
	for i := range b.keys {
		b.keys[i] = key("present", i)
		b.counts[i] = 1
	}
	slices.SortFunc(b.keys, func(x, y proof.Key) int { return bytes.Compare(x[:], y[:]) })
	b.base = liveBytes()
	m, err := b.build()
	if err != nil {
		return err
	}
	if m, err = b.apply(m); err != nil {
		return err
	}
	if err := b.prove(m); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "peak of the process\t%d MB resident\n", peakBytes()/1e6)
	return b.out.Flush()
}

func key(domain string, i int) proof.Key {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(domain), uint64(i)))
}

// entry is a key of the map with the head that it has now.
func (b *bench) entry(i int) proof.Entry {
	head := proof.Head{Count: uint64(b.counts[i]), Root: proof.Hash(b.keys[i])}
	binary.BigEndian.PutUint32(head.Root[:], b.counts[i])
	return proof.Entry{Key: b.keys[i], Head: head}
}

func (b *bench) entries() iter.Seq2[proof.Entry, error] {
	return func(yield func(proof.Entry, error) bool) {
		for i := range b.keys {
			if !yield(b.entry(i), nil) {
				return
			}
		}
	}
}

func (b *bench) build() (*headmap.Map, error) {
	b.start()
	m, err := headmap.Build(b.entries())
	if err != nil {
		return nil, err
	}
	cpu := b.cpu()
	live := b.live()
	fmt.Fprintf(b.out, "build\t%d keys\t%.3f CPU s\t%.0f ns/key\t%d MB\t%.1f B/key\n",
		m.Len(), cpu.Seconds(), float64(cpu.Nanoseconds())/float64(m.Len()), live/1e6, float64(live)/float64(m.Len()))
	return m, nil
}

func (b *bench) apply(m *headmap.Map) (*headmap.Map, error) {
	for n := range b.Batches {
		batch := make([]proof.Entry, b.Updates)
		for i, chosen := range b.random.Perm(b.Keys)[:b.Updates] {
			b.counts[chosen]++
			batch[i] = b.entry(chosen)
		}
		b.start()
		next, err := m.Apply(batch)
		if err != nil {
			return nil, err
		}
		cpu := b.cpu()
		both := b.live()
		runtime.KeepAlive(m)
		fmt.Fprintf(b.out, "apply %d\t%d updates\t%.3f CPU s\t%.0f ns/update\t%d MB with the version before\tpages %d MB\n",
			n+1, b.Updates, cpu.Seconds(), float64(cpu.Nanoseconds())/float64(b.Updates), both/1e6, next.Bytes()/1e6)
		m = next
	}
	return m, nil
}
