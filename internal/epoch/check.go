package epoch

import (
	"errors"
	"iter"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// Content is what an epoch record says, but for its place in the chain of records.
type Content struct {
	// MapRoot is the root of the map of heads after the epoch, MapKeys its number of keys.
	MapRoot proof.Hash
	MapKeys uint64
	// Streams are those with entries, ascending by name.
	Streams []model.StreamCheckpoint
}

// ContentOf returns what a record says.
func ContentOf(r model.EpochRecord) Content {
	return Content{MapRoot: proof.Hash(r.MapRoot), MapKeys: r.MapKeys, Streams: r.Streams}
}

// Check holds what a record says against what was computed. The error joins a [*Difference] for everything that differs,
// streams first: a map is expected to differ where the streams do.
func Check(computed, recorded Content) error {
	var differences []error
	for name, pair := range pairs(computed.Streams, recorded.Streams) {
		differences = append(differences, differ(name, pair[0], pair[1]))
	}
	if computed.MapRoot != recorded.MapRoot {
		differences = append(differences, &Difference{Part: PartMapRoot})
	}
	if computed.MapKeys != recorded.MapKeys {
		differences = append(differences, &Difference{Part: PartMapKeys})
	}
	return errors.Join(differences...)
}

// checkGrowth reports whether streams can be what others have become.
func checkGrowth(before, after []model.StreamCheckpoint) error {
	var differences []error
	for name, pair := range pairs(before, after) {
		if was, now := pair[0], pair[1]; was != nil && (now == nil || now.Size <= was.Size) {
			differences = append(differences, differ(name, was, now))
		}
	}
	return errors.Join(differences...)
}

// differ compares a stream with what is said of it; nil stands for one that is not there.
func differ(name string, a, b *model.StreamCheckpoint) error {
	switch {
	case a == nil || b == nil:
		return &Difference{Part: PartStream, Stream: name}
	case a.Size != b.Size:
		return &Difference{Part: PartSize, Stream: name}
	case a.Root != b.Root:
		return &Difference{Part: PartRoot, Stream: name}
	}
	return nil
}

// pairs yields, ascending by name, the streams of two ascending sequences, with nil for one that only the other has.
func pairs(a, b []model.StreamCheckpoint) iter.Seq2[string, [2]*model.StreamCheckpoint] {
	return func(yield func(string, [2]*model.StreamCheckpoint) bool) {
		for i, j := 0, 0; i < len(a) || j < len(b); {
			var name string
			var pair [2]*model.StreamCheckpoint
			if j == len(b) || i < len(a) && a[i].Stream <= b[j].Stream {
				name, pair[0] = a[i].Stream, &a[i]
			} else {
				name = b[j].Stream
			}
			if j < len(b) && b[j].Stream == name {
				pair[1] = &b[j]
				j++
			}
			if pair[0] != nil {
				i++
			}
			if !yield(name, pair) {
				return
			}
		}
	}
}
