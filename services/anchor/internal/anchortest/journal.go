// Package anchortest has a journal and witnesses for tests of anchoring.
package anchortest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
)

// Journal is a set of streams of entries, in some of eight lists or in none.
type Journal struct {
	Streams map[string][]proof.Entry
	// Proven is the answer about every passport.
	Proven anchor.Proven
}

// Grow appends an entry.
func (j *Journal) Grow(stream string) {
	if j.Streams == nil {
		j.Streams = map[string][]proof.Entry{}
	}
	n := len(j.Streams[stream])
	e := proof.Entry{Commitment: sha256.Sum256([]byte(fmt.Sprint(stream, n)))}
	if list := n % 9; list > 0 {
		e.Key = sha256.Sum256([]byte{byte(list)})
	}
	j.Streams[stream] = append(j.Streams[stream], e)
}

// GrowTo appends entries until there are so many.
func (j *Journal) GrowTo(stream string, size int) {
	for len(j.Streams[stream]) < size {
		j.Grow(stream)
	}
}

// Checkpoints implements anchor.Journal.
func (j *Journal) Checkpoints(context.Context) ([]model.StreamCheckpoint, error) {
	var all []model.StreamCheckpoint
	for _, stream := range slices.SortedFunc(maps.Keys(j.Streams), strings.Compare) {
		var list headproof.List
		for _, e := range j.Streams[stream] {
			var err error
			if list, err = list.Append(e.Hash()); err != nil {
				return nil, err
			}
		}
		all = append(all, model.StreamCheckpoint{Stream: stream, Size: list.Count(), Root: model.Hash(list.Head().Root)})
	}
	return all, nil
}

// Entries implements anchor.Journal.
func (j *Journal) Entries(_ context.Context, r epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return func(yield func([]proof.Entry, error) bool) {
		for _, e := range j.Streams[r.Stream][r.First:r.End] {
			if !yield([]proof.Entry{e}, nil) {
				return
			}
		}
	}
}

// Prove implements anchor.Journal.
func (j *Journal) Prove(context.Context, string, []model.StreamCheckpoint) (anchor.Proven, error) {
	return j.Proven, nil
}
