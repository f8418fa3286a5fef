package epoch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// MaxEntries bounds the new entries of one epoch, over all streams.
const MaxEntries = 1 << 20

// State is what is known after an epoch. It is a value and never changes.
type State struct {
	// Index is the log of epoch records: one leaf an epoch.
	Index proof.List
	// Streams are those with entries, ascending by name.
	Streams []Stream
	// Heads is the map of completeness.
	Heads *headmap.Map
}

// Stream is a journal stream: its list is of the leaf hashes of all its entries.
type Stream struct {
	Name string
	List proof.List
}

// Start returns the state before the first epoch.
func Start() State { return State{Heads: headmap.New()} }

// Number returns the number of the last epoch; zero before the first.
func (s State) Number() uint64 { return s.Index.Count() }

// Size returns how many entries of a stream are in epochs.
func (s State) Size(stream string) uint64 {
	if i, found := s.find(stream); found {
		return s.Streams[i].List.Count()
	}
	return 0
}

// WithRecord returns the state with a record at the end of the index. leaf is the record's leaf hash in the index.
func (s State) WithRecord(leaf proof.Hash) (State, error) {
	index, err := s.Index.Append(leaf)
	if err != nil {
		return State{}, fmt.Errorf("epoch: index: %w", err)
	}
	s.Index = index
	return s, nil
}

// Content returns what a record of this state says.
func (s State) Content() Content {
	c := Content{MapRoot: s.Heads.Root(), MapKeys: uint64(s.Heads.Len())}
	for _, stream := range s.Streams {
		head := stream.List.Head()
		c.Streams = append(c.Streams, model.StreamCheckpoint{Stream: stream.Name, Size: head.Count, Root: model.Hash(head.Root)})
	}
	return c
}

// Range is a part of a stream: the entries from number First up to, not including, number End.
type Range struct {
	Stream     string
	First, End uint64
}

// Len returns the number of entries.
func (r Range) Len() uint64 { return r.End - r.First }

// Growth returns what streams, ascending by name, have beyond the state, for those that have anything: what must be added to
// arrive at them. Streams that are gone or shorter, or have another root at the same size, are an error that joins a
// [*Difference] for each of them.
func (s State) Growth(streams []model.StreamCheckpoint) ([]Range, error) {
	var grown []Range
	for _, now := range streams {
		if was := s.Size(now.Stream); now.Size > was {
			grown = append(grown, Range{Stream: now.Stream, First: was, End: now.Size})
		}
	}
	return grown, checkGrowth(s.Content().Streams, streams)
}

func (s State) find(stream string) (int, bool) {
	return slices.BinarySearchFunc(s.Streams, stream, func(s Stream, name string) int { return strings.Compare(s.Name, name) })
}
