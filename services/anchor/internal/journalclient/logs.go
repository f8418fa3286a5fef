// Package journalclient reads the streams of all services that keep a journal, by each one's LogService, as one journal.
package journalclient

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// Logs are the services' streams.
type Logs struct {
	services logclient.Logs
}

// New returns the streams behind connections to the services, by name.
func New(conns map[string]grpc.ClientConnInterface) *Logs {
	l := &Logs{services: make(logclient.Logs, len(conns))}
	for service, conn := range conns {
		l.services[service] = journalv1.NewLogServiceClient(conn)
	}
	return l
}

// Checkpoints returns the newest checkpoint of every stream, by stream. It needs all services: without one's, its streams would
// look as if they had vanished.
func (l *Logs) Checkpoints(ctx context.Context) ([]model.StreamCheckpoint, error) {
	var all []model.StreamCheckpoint
	for _, service := range l.services {
		resp, err := service.ListCheckpoints(ctx, &journalv1.ListCheckpointsRequest{})
		if err != nil {
			return nil, fmt.Errorf("journalclient: list checkpoints: %w", err)
		}
		for _, c := range resp.GetCheckpoints() {
			if len(c.GetRoot()) != len(model.Hash{}) || c.GetSize() < 0 {
				return nil, fmt.Errorf("journalclient: malformed checkpoint of stream %s", c.GetStream())
			}
			all = append(all, model.StreamCheckpoint{Stream: c.GetStream(), Size: uint64(c.GetSize()), Root: model.Hash(c.GetRoot())})
		}
	}
	slices.SortFunc(all, func(a, b model.StreamCheckpoint) int { return cmp.Compare(a.Stream, b.Stream) })
	for i := 1; i < len(all); i++ {
		if all[i].Stream == all[i-1].Stream {
			return nil, fmt.Errorf("journalclient: two services keep the stream %s", all[i].Stream)
		}
	}
	return all, nil
}
