package cli

import (
	"context"
	"fmt"
	"iter"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/replica"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
)

// leavesAtOnce is the page in which leaves are read.
const leavesAtOnce = 1000

// replicaSource is the platform as a profile's member sees it. It implements replica.Source.
type replicaSource struct {
	epochs anchorv1.AnchorServiceClient
	ingest ingestv1.IngestServiceClient
	logs   logclient.Logs
}

func newReplicaSource(d *dialer, profile client.Profile) (*replicaSource, error) {
	s := &replicaSource{logs: logclient.Logs{}}
	for _, service := range keeper.Services() {
		conn, err := d.dial(profile, service)
		if err != nil {
			return nil, err
		}
		s.logs[service] = journalv1.NewLogServiceClient(conn)
		switch service {
		case "anchor":
			s.epochs = anchorv1.NewAnchorServiceClient(conn)
		case "ingest":
			s.ingest = ingestv1.NewIngestServiceClient(conn)
		}
	}
	return s, nil
}

// Epoch implements replica.Source.
func (s *replicaSource) Epoch(ctx context.Context, number uint64) (replica.Epoch, bool, error) {
	resp, err := s.epochs.GetEpoch(ctx, &anchorv1.GetEpochRequest{Name: fmt.Sprintf("epochs/%d", number)})
	if apperr.ReasonOf(err) == "EPOCH_NOT_FOUND" {
		return replica.Epoch{}, false, nil
	}
	e := resp.GetEpoch()
	return replica.Epoch{Number: number, Record: e.GetRecord(), Note: string(e.GetNote())}, err == nil, err
}

// Entries implements replica.Source.
func (s *replicaSource) Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return s.logs.Entries(ctx, part)
}

// Leaves implements replica.Source.
func (s *replicaSource) Leaves(ctx context.Context, first uint64) iter.Seq2[[]replica.Leaf, error] {
	return func(yield func([]replica.Leaf, error) bool) {
		req := &ingestv1.ListJournalLeavesRequest{PageSize: leavesAtOnce}
		for range maxLeafPages {
			page, err := s.ingest.ListJournalLeaves(ctx, req)
			if err != nil {
				yield(nil, err)
				return
			}
			var leaves []replica.Leaf
			for _, l := range page.GetLeaves() {
				if uint64(l.GetPosition().GetSequence()) >= first { // #nosec G115 -- not negative
					leaves = append(leaves, replica.Leaf{Key: l.GetListKey(), Leaf: l.GetLeaf()})
				}
			}
			if req.PageToken = page.GetNextPageToken(); !yield(leaves, nil) || req.PageToken == "" {
				return
			}
		}
	}
}

// replayed is a leaf as the replay of quality takes it.
func replayed(number uint64, l replica.Leaf) *ingestv1.JournalLeaf {
	var key proof.Key
	copy(key[:], l.Key)
	hash := proof.EntryOf(key, l.Leaf).Hash()
	return &ingestv1.JournalLeaf{
		Position: &ingestv1.JournalPosition{Sequence: int64(number), LeafHash: hash[:]}, Leaf: l.Leaf, ListKey: l.Key, // #nosec G115 -- below 2^48
	}
}

// addTo replays the quality of leaves one after the other.
func addTo(r *replay.Replay) func(uint64, replica.Leaf) error {
	return func(number uint64, l replica.Leaf) error { return r.Add(replayed(number, l)) }
}
