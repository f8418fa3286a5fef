package headmap_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// version is a version of the map with what should be in it.
type version struct {
	*headmap.Map
	want model
}

func TestEveryVersionIsWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		versions := []version{{headmap.New(), model{}}}
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			// Not always the latest one: versions may have several successors.
			from := rapid.SampledFrom(versions).Draw(t, "from")
			if rapid.Bool().Draw(t, "latest") {
				from = versions[len(versions)-1]
			}
			batch := someBatch(t, from.want)
			given := slices.Clone(batch)
			next, err := from.Apply(batch)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(batch, given) {
				t.Fatal("Apply changed its argument")
			}
			versions = append(versions, version{next, from.want.with(batch)})
		}
		for _, v := range versions {
			v.check(t)
		}
	})
}

// check compares everything that can be read.
func (v version) check(t *rapid.T) {
	root := v.want.root()
	if v.Root() != root || v.Len() != len(v.want) {
		t.Fatalf("root %x of %d keys, want %x of %d", v.Root(), v.Len(), root, len(v.want))
	}
	if !slices.Equal(slices.Collect(v.All()), v.want.entries()) {
		t.Fatal("All yields other entries")
	}
	again, err := headmap.Build(stream(v.want.entries()))
	if err != nil || again.Root() != root {
		t.Fatalf("Build arrives at %x, %v; want %x", again.Root(), err, root)
	}
	others := rapid.SliceOfN(someKey(), 1, 5).Draw(t, "others")
	for _, key := range append(v.want.keys(), others...) {
		head, present := v.want[key]
		if got, ok := v.Get(key); got != head || ok != present {
			t.Fatalf("Get(%x) = %v, %t; want %v, %t", key, got, ok, head, present)
		}
		if present {
			err = proof.VerifyInclusion(v.Prove(key), key, head, root)
		} else {
			err = proof.VerifyNonInclusion(v.Prove(key), key, root)
		}
		if err != nil {
			t.Fatalf("proof of %x: %v", key, err)
		}
		if !slices.Equal(v.Prove(key), again.Prove(key)) {
			t.Fatalf("two proofs of %x", key)
		}
	}
}

func stream(entries []proof.Entry) iter.Seq2[proof.Entry, error] {
	return func(yield func(proof.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestTheRootKnowsNoOrderAndNoBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := someBatch(t, model{})
		whole, err := headmap.New().Apply(all)
		if err != nil {
			t.Fatal(err)
		}
		cut := headmap.New()
		for rest := rapid.Permutation(all).Draw(t, "other order"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			if cut, err = cut.Apply(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if whole.Root() != cut.Root() {
			t.Fatalf("%x in one batch, %x in many", whole.Root(), cut.Root())
		}
	})
}

// TestVersionsSurviveCompaction makes batches until pages were left behind, and
// looks at all versions afterwards.
func TestVersionsSurviveCompaction(t *testing.T) {
	const keys, batches = 20_000, 12
	m, want := headmap.New(), model{}
	versions := make([]version, 0, batches)
	for n := range uint64(batches) {
		var batch []proof.Entry
		for i := range uint64(keys) {
			if n == 0 || i%3 == n%3 {
				batch = append(batch, numbered(i, n+1))
			}
		}
		next, err := m.Apply(batch)
		if err != nil {
			t.Fatal(err)
		}
		m, want = next, want.with(batch)
		versions = append(versions, version{m, want})
	}
	for n, v := range versions {
		if v.Root() != v.want.root() {
			t.Errorf("version %d has another root", n)
		}
	}
	if size, limit := m.Bytes(), keys*116*3; size > limit {
		t.Errorf("%d bytes for %d keys, want at most %d", size, keys, limit)
	}
}

// TestSuccessorsOfALargeVersionDoNotMeet makes two that need pages of their own
// behind the same ones.
func TestSuccessorsOfALargeVersionDoNotMeet(t *testing.T) {
	batch := func(from, to uint64) (entries []proof.Entry) {
		for i := from; i < to; i++ {
			entries = append(entries, numbered(i, 1))
		}
		return entries
	}
	versions := []version{{headmap.New(), model{}}}
	for _, step := range []struct{ from, first, behind uint64 }{{0, 0, 5000}, {1, 5000, 8000}, {1, 8000, 11_000}, {2, 11_000, 12_000}} {
		from, entries := versions[step.from], batch(step.first, step.behind)
		next, err := from.Apply(entries)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, version{next, from.want.with(entries)})
	}
	for n, v := range versions {
		if v.Root() != v.want.root() || !slices.Equal(slices.Collect(v.All()), v.want.entries()) {
			t.Errorf("version %d has other entries", n)
		}
	}
}

func numbered(i, count uint64) proof.Entry {
	return proof.Entry{
		Key:  sha256.Sum256(binary.BigEndian.AppendUint64(nil, i)),
		Head: proof.Head{Count: count, Root: proof.Hash{0: byte(i), 1: byte(count)}},
	}
}

func TestApplyRefuses(t *testing.T) {
	head := proof.Head{Count: 5, Root: proof.Hash{1}}
	first, second := proof.Entry{Key: proof.Key{1}, Head: head}, proof.Entry{Key: proof.Key{2}, Head: head}
	m, err := headmap.New().Apply([]proof.Entry{first})
	if err != nil {
		t.Fatal(err)
	}
	root := m.Root()
	with := func(change func(h *proof.Head)) proof.Entry {
		e := first
		change(&e.Head)
		return e
	}
	for name, c := range map[string]struct {
		batch []proof.Entry
		want  error
	}{
		"a key twice":          {[]proof.Entry{second, first, second}, headmap.ErrInvalid},
		"an empty list":        {[]proof.Entry{{Key: second.Key}}, headmap.ErrInvalid},
		"an endless list":      {[]proof.Entry{{Key: second.Key, Head: proof.Head{Count: proof.MaxCount + 1}}}, headmap.ErrInvalid},
		"a shorter list":       {[]proof.Entry{with(func(h *proof.Head) { h.Count-- }), second}, headmap.ErrNotLonger},
		"another list as long": {[]proof.Entry{second, with(func(h *proof.Head) { h.Root[31]++ })}, headmap.ErrNotLonger},
	} {
		next, err := m.Apply(c.batch)
		if !errors.Is(err, c.want) || next != nil {
			t.Errorf("%s: %v, %v; want %v", name, next, err, c.want)
		}
	}
	if m.Root() != root || m.Len() != 1 {
		t.Error("a refused batch changed the map")
	}
	if next, err := m.Apply([]proof.Entry{first, second}); err != nil || next.Len() != 2 {
		t.Errorf("the same head again: %v", err)
	}
}

func TestBuildRefuses(t *testing.T) {
	one := proof.Entry{Key: proof.Key{1}, Head: proof.Head{Count: 1}}
	two := proof.Entry{Key: proof.Key{2}, Head: proof.Head{Count: 1}}
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		entries iter.Seq2[proof.Entry, error]
		want    error
	}{
		"a key twice":   {stream([]proof.Entry{one, one}), headmap.ErrInvalid},
		"a key back":    {stream([]proof.Entry{two, one}), headmap.ErrInvalid},
		"an empty list": {stream([]proof.Entry{{Key: proof.Key{1}}}), headmap.ErrInvalid},
		"a broken stream": {func(yield func(proof.Entry, error) bool) {
			_ = yield(one, nil) && yield(proof.Entry{}, broken)
		}, broken},
	} {
		if m, err := headmap.Build(c.entries); !errors.Is(err, c.want) || m != nil {
			t.Errorf("%s: %v, %v; want %v", name, m, err, c.want)
		}
	}
}

// TestOneVersionServesManyAtOnce is for the race detector: readers of a version
// and several successors of it share pages.
func TestOneVersionServesManyAtOnce(t *testing.T) {
	m, err := headmap.New().Apply([]proof.Entry{numbered(0, 1), numbered(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	root := m.Root()
	var group sync.WaitGroup
	for worker := range uint64(4) {
		group.Go(func() {
			at, want := m, model{}.with(slices.Collect(m.All()))
			for i := range uint64(200) {
				batch := []proof.Entry{numbered(1000*worker+i, i+2)}
				next, err := at.Apply(batch)
				if err != nil {
					t.Error(err)
					return
				}
				at, want = next, want.with(batch)
				if err := proof.VerifyNonInclusion(m.Prove(proof.Key{1}), proof.Key{1}, root); err != nil {
					t.Error(err)
				}
			}
			if at.Root() != want.root() {
				t.Error("a successor has another root")
			}
		})
	}
	group.Wait()
}
