package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// services answer as the platform does: they have epochs 1 to 20 but for the one that is missing, and a stream of 10 entries.
type services struct {
	anchorv1.UnimplementedAnchorServiceServer
	journalv1.UnimplementedLogServiceServer
	missing uint64
	// tail is sent behind the entries.
	tail []byte
	// index is the log of records.
	index *witnesstest.Log
}

const streamLength = 10

func entry(number int) proof.Entry {
	return proof.Entry{Key: proof.Key{byte(number)}, Commitment: proof.Hash{31: byte(number)}}
}

// ListEpochs implements the RPC.
func (s *services) ListEpochs(context.Context, *anchorv1.ListEpochsRequest) (*anchorv1.ListEpochsResponse, error) {
	return &anchorv1.ListEpochsResponse{Epochs: []*anchorv1.Epoch{{Name: "epochs/20"}}}, nil
}

// GetEpoch implements the RPC.
func (s *services) GetEpoch(_ context.Context, req *anchorv1.GetEpochRequest) (*anchorv1.GetEpochResponse, error) {
	if req.GetName() == fmt.Sprintf("epochs/%d", s.missing) {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "EPOCH_NOT_FOUND", "no such epoch")).Err()
	}
	return &anchorv1.GetEpochResponse{Epoch: &anchorv1.Epoch{Name: req.GetName(), Record: "record of " + req.GetName()}}, nil
}

// GetTile implements the RPC.
func (s *services) GetTile(_ context.Context, req *journalv1.GetTileRequest) (*journalv1.GetTileResponse, error) {
	tile := tlog.Tile{H: tileHeight, L: int(req.GetLevel()), N: req.GetIndex(), W: int(req.GetWidth())}
	if end := (tile.N*256 + int64(tile.W)) << (tileHeight * tile.L); req.GetStream() != "index" || end > int64(s.index.Size()) {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "TILE_NOT_FOUND", "no such tile")).Err()
	}
	data, err := tlog.ReadTileData(tile, s.index)
	return &journalv1.GetTileResponse{Hashes: data}, err
}

// ReadEntries implements the RPC, three entries at a time.
func (s *services) ReadEntries(req *journalv1.ReadEntriesRequest, answers grpc.ServerStreamingServer[journalv1.ReadEntriesResponse]) error {
	var numbers []int
	for n := req.GetFirst(); n < min(req.GetFirst()+req.GetLimit(), streamLength); n++ {
		numbers = append(numbers, int(n))
	}
	for some := range slices.Chunk(numbers, 3) {
		var encoded bytes.Buffer
		for _, n := range some {
			e := entry(n)
			encoded.Write(append(e.Key[:], e.Commitment[:]...))
		}
		if err := answers.Send(&journalv1.ReadEntriesResponse{Entries: encoded.Bytes()}); err != nil {
			return err
		}
	}
	if len(s.tail) > 0 {
		return answers.Send(&journalv1.ReadEntriesResponse{Entries: s.tail})
	}
	return nil
}

// reads returns a source of these services, which keep the streams of ingest.
func reads(t *testing.T, s *services) *source {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	anchorv1.RegisterAnchorServiceServer(server, s)
	journalv1.RegisterLogServiceServer(server, s)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///platform", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(asErrors),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	src := &source{
		epochs: anchorv1.NewAnchorServiceClient(conn), conns: []*grpc.ClientConn{conn},
		logs: map[string]journalv1.LogServiceClient{"ingest": journalv1.NewLogServiceClient(conn), "anchor": journalv1.NewLogServiceClient(conn)},
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	return src
}

// asErrors makes errors of calls what they are on every connection of the platform's.
func asErrors(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	return rpc.FromStatus(invoke(ctx, method, req, reply, cc, opts...))
}

func TestTheNewestEpochIsKnownByItsName(t *testing.T) {
	if n, err := reads(t, &services{}).Newest(t.Context()); err != nil || n != 20 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestRecordsComeInOrder(t *testing.T) {
	texts, err := reads(t, &services{}).Records(t.Context(), 3, 21)
	if err != nil || len(texts) != 18 || texts[0] != "record of epochs/3" || texts[17] != "record of epochs/20" {
		t.Errorf("%q, %v", texts, err)
	}
}

func TestRecordsEndWhereOneIsMissing(t *testing.T) {
	texts, err := reads(t, &services{missing: 9}).Records(t.Context(), 7, 15)
	if err != nil || len(texts) != 2 || texts[1] != "record of epochs/8" {
		t.Errorf("%q, %v", texts, err)
	}
}

func TestEntriesComeInOrder(t *testing.T) {
	for _, stream := range []string{"ingest/oem", "keys/oem"} {
		var got []proof.Entry
		for some, err := range reads(t, &services{}).Entries(t.Context(), epoch.Range{Stream: stream, First: 2, End: 12}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, some...)
		}
		if len(got) != streamLength-2 || got[0] != entry(2) || got[len(got)-1] != entry(streamLength-1) {
			t.Errorf("%s: %d entries: %v", stream, len(got), got)
		}
	}
}

func TestWhatAreNoEntriesIsAnError(t *testing.T) {
	for name, part := range map[string]epoch.Range{
		"a stream that nobody keeps": {Stream: "settlement/oem", End: 1},
		"63 bytes":                   {Stream: "ingest/oem", End: 1},
	} {
		var last error
		for _, last = range reads(t, &services{tail: make([]byte, 63)}).Entries(t.Context(), part) {
		}
		if last == nil {
			t.Error(name)
		}
	}
}

func TestReadingMayStopAnywhere(t *testing.T) {
	for some, err := range reads(t, &services{}).Entries(t.Context(), epoch.Range{Stream: "ingest/oem", End: streamLength}) {
		if err != nil || len(some) != 3 {
			t.Errorf("%d entries, %v", len(some), err)
		}
		break
	}
}

func TestThePrefixIsInTheTilesShown(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(700, "")
	shown := reads(t, &services{index: log})
	for _, c := range []struct{ size, larger uint64 }{{1, 2}, {8, 20}, {255, 256}, {256, 700}, {300, 699}, {700, 700}} {
		root, path, err := shown.Prefix(t.Context(), checkpoint.Checkpoint{Size: c.larger, Root: log.Root(c.larger)}, c.size)
		if err != nil || root != log.Root(c.size) || !slices.Equal(path, log.Proof(c.size, c.larger)) {
			t.Errorf("%d of %d: %x, %d hashes, %v", c.size, c.larger, root, len(path), err)
		}
	}
	if _, _, err := shown.Prefix(t.Context(), checkpoint.Checkpoint{Size: 700, Root: log.Root(699)}, 8); err == nil {
		t.Error("the prefix of a tree that is not shown")
	}
	if _, _, err := shown.Prefix(t.Context(), checkpoint.Checkpoint{Size: 701, Root: log.Root(700)}, 8); err == nil {
		t.Error("the prefix of a tree that has not been")
	}
}
