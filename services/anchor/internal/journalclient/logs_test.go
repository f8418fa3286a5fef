package journalclient_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/anchor/internal/journalclient"
)

// keeper is a service that keeps streams, each of one entry.
type keeper struct {
	streams []string
	root    []byte
	err     error
}

// Invoke implements grpc.ClientConnInterface.
func (k keeper) Invoke(_ context.Context, _ string, _, reply any, _ ...grpc.CallOption) error {
	resp := reply.(*journalv1.ListCheckpointsResponse)
	for _, stream := range k.streams {
		resp.Checkpoints = append(resp.Checkpoints, &journalv1.Checkpoint{Stream: stream, Size: 1, Root: k.root})
	}
	return k.err
}

// NewStream implements grpc.ClientConnInterface.
func (keeper) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("no streams")
}

func TestAllServicesMakeOneJournal(t *testing.T) {
	root := make([]byte, 32)
	ingest := keeper{[]string{"ingest/oem", "keys/oem"}, root, nil}
	registry := keeper{[]string{"ingest/a", "registry/oem"}, root, nil}
	all, err := journalclient.New(map[string]grpc.ClientConnInterface{"registry": registry, "settlement": keeper{}, "ingest": ingest}).Checkpoints(t.Context())
	var names []string
	for _, c := range all {
		names = append(names, c.Stream)
	}
	if want := []string{"ingest/a", "ingest/oem", "keys/oem", "registry/oem"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("streams %q, %v; want %q", names, err, want)
	}
	if all[0] != (model.StreamCheckpoint{Stream: "ingest/a", Size: 1}) {
		t.Errorf("read as %v", all[0])
	}
	for what, other := range map[string]keeper{
		"one does not answer":       {err: errors.New("down")},
		"two keep one stream":       {[]string{"keys/oem"}, root, nil},
		"a root that is not a hash": {[]string{"registry/oem"}, root[1:], nil},
	} {
		if got, err := journalclient.New(map[string]grpc.ClientConnInterface{"ingest": ingest, "registry": other}).Checkpoints(t.Context()); err == nil {
			t.Errorf("%s: taken as %v", what, got)
		}
	}
}
