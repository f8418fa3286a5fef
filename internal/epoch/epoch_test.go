package epoch_test

import (
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// TestEpochsAreWhatAllEntriesMake goes through epochs with states that are written down and read back in between, and holds
// each against all entries since the first one.
func TestEpochsAreWhatAllEntriesMake(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var past history
		var serial uint64
		state, kept := epoch.Start(), shelf{}
		for range rapid.IntRange(1, 5).Draw(rt, "epochs") {
			entries := someEntries(rt, &serial)
			past = append(past, entries)
			change, err := extend(state, kept.load, entries, rapid.IntRange(1, 4).Draw(rt, "chunk"))
			if err != nil {
				rt.Fatal(err)
			}
			if err := epoch.Check(change.Next.Content(), past.content(rt)); err != nil {
				rt.Fatal(err)
			}
			checkGrown(rt, state, change, entries)
			kept.put(change.Lists)
			next, err := change.Next.WithRecord(sha256.Sum256([]byte{byte(len(past))}))
			if err != nil {
				rt.Fatal(err)
			}
			if state, err = epoch.ParseState(next.Bytes(), next.Heads); err != nil || !same(state, next) || state.Number() != uint64(len(past)) {
				rt.Fatalf("after reading back: epoch %d, %v", state.Number(), err)
			}
		}
	})
}

func checkGrown(t *rapid.T, before epoch.State, change *epoch.Change, entries map[string][]proof.Entry) {
	t.Helper()
	ranges, err := before.Growth(change.Next.Content().Streams)
	if err != nil || len(ranges) != len(change.Grown) || len(ranges) != len(entries) {
		t.Fatalf("grown %v, %d stored, %d did; %v", ranges, len(change.Grown), len(entries), err)
	}
	for i, r := range ranges {
		if r.Stream != change.Grown[i].Name || r.Len() != uint64(len(entries[r.Stream])) || r.End != change.Next.Size(r.Stream) || r.First != before.Size(r.Stream) {
			t.Errorf("grown %+v, stored %s to %d", r, change.Grown[i].Name, change.Grown[i].List.Count())
		}
	}
}

// TestEveryManipulationIsFoundAndNamed shows a checker other entries than the record was made of.
func TestEveryManipulationIsFoundAndNamed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var serial uint64
		entries := someEntries(rt, &serial)
		more := someEntries(rt, &serial)
		more["ingest/oem"] = append(more["ingest/oem"], entry("a", 1), entry("a", 2))
		kept := shelf{}
		first, err := extend(epoch.Start(), kept.load, entries, 100)
		if err != nil {
			rt.Fatal(err)
		}
		kept.put(first.Lists)
		manipulated, concerned := manipulate(rt, more)
		record, err := extend(first.Next, kept.load, more, 100)
		if err != nil {
			rt.Fatal(err)
		}
		computed, err := extend(first.Next, kept.load, manipulated, 100)
		if err != nil {
			rt.Fatal(err)
		}
		named := differences(epoch.Check(computed.Next.Content(), record.Next.Content()))
		delete(named, "")
		if !slices.Equal(slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(concerned))) {
			rt.Errorf("named %v, manipulated %v", named, concerned)
		}
	})
}

// manipulate returns the entries with one thing done to them, and the streams to which it was done.
func manipulate(t *rapid.T, entries map[string][]proof.Entry) (map[string][]proof.Entry, map[string]bool) {
	out := map[string][]proof.Entry{}
	for name, all := range entries {
		out[name] = slices.Clone(all)
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(out))).Draw(t, "stream")
	i := rapid.IntRange(0, len(out[name])-1).Draw(t, "entry")
	e := out[name][i]
	concerned := map[string]bool{name: true}
	switch rapid.SampledFrom([]string{"drop", "replace", "reorder", "duplicate", "list", "stream"}).Draw(t, "manipulation") {
	case "drop":
		out[name] = slices.Delete(out[name], i, i+1)
	case "replace":
		out[name][i].Commitment[0]++
	case "reorder":
		name = "ingest/oem" // has two at least
		last := len(out[name]) - 1
		j := rapid.IntRange(0, last-1).Draw(t, "with the last")
		out[name][j], out[name][last] = out[name][last], out[name][j]
		concerned = map[string]bool{name: true}
	case "duplicate":
		out[name] = slices.Insert(out[name], i, e)
	case "list":
		out[name][i].Key = sha256.Sum256([]byte("another list"))
	case "stream":
		other := rapid.SampledFrom(streamNames).Filter(func(s string) bool { return s != name }).Draw(t, "to")
		out[name] = slices.Delete(out[name], i, i+1)
		out[other] = append(out[other], e)
		concerned[other] = true
	}
	return out, concerned
}

// differences returns the streams that an error names; the map has the empty name.
func differences(err error) map[string]bool {
	named := map[string]bool{}
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // the join itself is asked for its parts
	if !ok {
		return named
	}
	for _, e := range joined.Unwrap() {
		if d, ok := errors.AsType[*epoch.Difference](e); ok {
			named[d.Stream] = true
		}
	}
	return named
}

// TestAMapOfOtherListsIsFound has a record whose streams are right and whose map was made without one list's last entry.
func TestAMapOfOtherListsIsFound(t *testing.T) {
	entries := map[string][]proof.Entry{"ingest/oem": {entry("a", 1), entry("a", 2), entry("b", 3)}}
	honest, err := extend(epoch.Start(), shelf{}.load, entries, 10)
	if err != nil {
		t.Fatal(err)
	}
	short, err := extend(epoch.Start(), shelf{}.load, map[string][]proof.Entry{"ingest/oem": {entry("a", 1), entry("b", 3)}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	forged := honest.Next.Content()
	forged.MapRoot = short.Next.Content().MapRoot
	err = epoch.Check(honest.Next.Content(), forged)
	if d, ok := errors.AsType[*epoch.Difference](err); !ok || *d != (epoch.Difference{Part: epoch.PartMapRoot}) {
		t.Errorf("got %v", err)
	}
	forged = honest.Next.Content()
	forged.MapKeys++
	if d, ok := errors.AsType[*epoch.Difference](epoch.Check(honest.Next.Content(), forged)); !ok || d.Part != epoch.PartMapKeys {
		t.Errorf("another number of keys: %v", d)
	}
}

func entry(list string, n byte) proof.Entry {
	return proof.Entry{Key: sha256.Sum256([]byte(list)), Commitment: sha256.Sum256([]byte{n})}
}

func TestGrowthNamesWhatCannotFollow(t *testing.T) {
	change, err := extend(epoch.Start(), shelf{}.load, map[string][]proof.Entry{"a": {entry("x", 1)}, "b": {entry("x", 2)}, "c": {entry("x", 3), entry("y", 4)}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	now := change.Next.Content().Streams[1:]
	now[0].Root[0]++
	now[1].Size--
	_, err = change.Next.Growth(now)
	if named := differences(err); !maps.Equal(named, map[string]bool{"a": true, "b": true, "c": true}) {
		t.Errorf("named %v in %v", named, err)
	}
}

func TestListsThatAreNotTheMapsAreRefused(t *testing.T) {
	kept := shelf{}
	change, err := extend(epoch.Start(), kept.load, map[string][]proof.Entry{"a": {entry("x", 1), entry("x", 2), entry("x", 3)}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	shorter, err := headproof.List{}.Append(entry("x", 1).Hash())
	if err != nil {
		t.Fatal(err)
	}
	for name, lists := range map[string]shelf{"none": {}, "an older one": {entry("x", 1).Key: shorter}} {
		if _, err := extend(change.Next, lists.load, map[string][]proof.Entry{"a": {entry("x", 4)}}, 10); !errors.Is(err, epoch.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
}

func TestBuilderRefusesWhatNoEpochHas(t *testing.T) {
	b := epoch.Begin(epoch.Start(), shelf{}.load)
	for _, step := range []struct {
		stream string
		n      int
		valid  bool
	}{{"", 1, false}, {"b", 1, true}, {"b", 1, true}, {"a", 1, false}, {"c", epoch.MaxEntries, false}} {
		entries := make([]proof.Entry, step.n)
		if err := b.Add(t.Context(), step.stream, entries); (err == nil) != step.valid || err != nil && !errors.Is(err, epoch.ErrInvalid) {
			t.Errorf("%d of %q: %v", step.n, step.stream, err)
		}
	}
}

func FuzzParseState(f *testing.F) {
	change, err := extend(epoch.Start(), shelf{}.load, map[string][]proof.Entry{"a": {entry("x", 1), entry("x", 2)}, "b": {entry("x", 3)}}, 10)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(epoch.Start().Bytes())
	f.Add(change.Next.Bytes())
	f.Fuzz(func(t *testing.T, encoded []byte) {
		state, err := epoch.ParseState(encoded, change.Next.Heads)
		if err != nil {
			if !errors.Is(err, epoch.ErrInvalid) {
				t.Errorf("%v, want ErrInvalid", err)
			}
			return
		}
		if string(state.Bytes()) != string(encoded) {
			t.Error("another encoding is accepted")
		}
	})
}
