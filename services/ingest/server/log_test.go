package server_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// publicLog is ingest with something in the maker's stream, as the gateway calls it.
func publicLog(t *testing.T) (r running, stream string, asGateway journalv1.LogServiceClient) {
	t.Helper()
	r = start(t)
	send(t, r.oem, readings(t, r.oemMember, "a", r.registry.enrol(), 20)...)
	awaitJournaled(t, r.oem)
	return r, "ingest/" + r.oemMember.ID, journalv1.NewLogServiceClient(r.DialService("gateway"))
}

// open verifies a note with the key that belongs to the key file.
func (r running) open(t *testing.T, stream string, note []byte) checkpoint.Signed {
	t.Helper()
	signer, err := checkpoint.ReadLogKey(r.logFile)
	if err != nil {
		t.Fatal(err)
	}
	own, err := signer.For(stream)
	if err != nil {
		t.Fatal(err)
	}
	log, err := checkpoint.NewLog("test.example/log/"+stream, own.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := log.Open(note)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestSignedCheckpointsGrow(t *testing.T) {
	r, stream, gateway := publicLog(t)
	var size uint64
	for _, batch := range []string{"b", "c"} {
		send(t, r.oem, readings(t, r.oemMember, batch, r.registry.enrol(), 10)...)
		awaitJournaled(t, r.oem)
		var notes []string
		for range 2 { // the second is the first: one signature a size
			resp, err := gateway.GetSignedCheckpoint(t.Context(), &journalv1.GetSignedCheckpointRequest{Stream: stream})
			if err != nil {
				t.Fatal(err)
			}
			notes = append(notes, string(resp.GetNote()))
		}
		signed := r.open(t, stream, []byte(notes[0]))
		if notes[0] != notes[1] || signed.Size <= size {
			t.Errorf("%d entries after %d; %q and %q", signed.Size, size, notes[0], notes[1])
		}
		size = signed.Size
		stored := r.count(t, "SELECT count(*) FROM journal_checkpoint WHERE stream = $1 AND size = $2 AND root = $3", stream, size, signed.Root[:])
		if stored != 1 {
			t.Error("what is signed is not in the journal")
		}
	}
}

// TestMonitorsAtOnceSeeOneHistory has several follow a log while it grows.
func TestMonitorsAtOnceSeeOneHistory(t *testing.T) {
	r, stream, gateway := publicLog(t)
	const monitors, most = 4, 500
	group, ctx := errgroup.WithContext(t.Context())
	var written atomic.Bool
	seen := make([][]string, monitors)
	for m := range monitors {
		group.Go(func() error {
			for range most {
				last := written.Load()
				resp, err := gateway.GetSignedCheckpoint(ctx, &journalv1.GetSignedCheckpointRequest{Stream: stream})
				if err != nil || last {
					return err
				}
				seen[m] = append(seen[m], string(resp.GetNote()))
			}
			return nil
		})
	}
	for batch := range 10 {
		send(t, r.oem, readings(t, r.oemMember, fmt.Sprint("b", batch), r.registry.enrol(), 10)...)
		awaitJournaled(t, r.oem)
	}
	written.Store(true)
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, notes := range seen {
		var size uint64
		for _, note := range slices.Compact(notes) {
			signed := r.open(t, stream, []byte(note))
			n := r.count(t, "SELECT count(*) FROM journal_checkpoint WHERE stream = $1 AND size = $2 AND root = $3", stream, signed.Size, signed.Root[:])
			if n != 1 || signed.Size <= size {
				t.Errorf("%d entries after %d, %d such checkpoints", signed.Size, size, n)
			}
			size = signed.Size
		}
	}
}

// TestAChangedPastIsNotSigned sets the journal back, and gives it another history, as an administrator of the database can.
func TestAChangedPastIsNotSigned(t *testing.T) {
	for what, change := range map[string]string{
		"set back":       "DELETE FROM journal_checkpoint WHERE size = (SELECT max(size) FROM journal_checkpoint)",
		"another root":   "UPDATE journal_checkpoint SET root = sha256(root) WHERE size = (SELECT max(size) FROM journal_checkpoint)",
		"another future": "INSERT INTO journal_checkpoint (stream, size, root) SELECT stream, size + 1, sha256(root) FROM journal_checkpoint ORDER BY size DESC LIMIT 1",
	} {
		t.Run(what, func(t *testing.T) {
			r, stream, gateway := publicLog(t)
			send(t, r.oem, readings(t, r.oemMember, "b", r.registry.enrol(), 10)...)
			awaitJournaled(t, r.oem)
			req := &journalv1.GetSignedCheckpointRequest{Stream: stream}
			if _, err := gateway.GetSignedCheckpoint(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			if _, err := r.db.Exec(t.Context(), "SET session_replication_role = replica"); err != nil { // no triggers
				t.Fatal(err)
			}
			if _, err := r.db.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			resp, err := gateway.GetSignedCheckpoint(t.Context(), req)
			wantReason(t, what, err, "INTERNAL")
			if len(resp.GetNote()) > 0 {
				t.Errorf("signed %s", resp.GetNote())
			}
		})
	}
}

func TestWhatALogDoesNotHave(t *testing.T) {
	r, stream, gateway := publicLog(t)
	for _, unknown := range []string{"ingest/nobody", "keys/" + r.oemMember.ID} {
		_, err := gateway.GetSignedCheckpoint(t.Context(), &journalv1.GetSignedCheckpointRequest{Stream: unknown})
		wantReason(t, unknown, err, "LOG_NOT_FOUND")
		_, err = gateway.GetTile(t.Context(), &journalv1.GetTileRequest{Stream: unknown, Width: 1})
		wantReason(t, unknown, err, "TILE_NOT_FOUND")
	}
	tile, err := gateway.GetTile(t.Context(), &journalv1.GetTileRequest{Stream: stream, Width: 7})
	if err != nil || len(tile.GetHashes()) != 7*32 {
		t.Errorf("%d bytes, %v", len(tile.GetHashes()), err)
	}
	for reason, reqs := range map[string][]*journalv1.GetTileRequest{
		"TILE_NOT_FOUND": {{Stream: stream, Width: 256}, {Stream: stream, Index: 1, Width: 1}, {Stream: stream, Level: 7, Width: 1}, {Stream: stream, Index: 1<<40 - 1, Width: 1}},
		"INVALID_FIELD":  {{Stream: stream}, {Stream: stream, Width: 257}, {Stream: stream, Level: 8, Width: 1}, {Stream: stream, Index: -1, Width: 1}, {Stream: "market/x", Width: 1}},
	} {
		for _, req := range reqs {
			_, err := gateway.GetTile(t.Context(), req)
			wantReason(t, req.String(), err, reason)
		}
	}
	_, err = journalv1.NewLogServiceClient(r.DialAnonymous()).GetTile(t.Context(), &journalv1.GetTileRequest{Stream: stream, Width: 1})
	if status.Code(err) == codes.OK {
		t.Error("the RPC is for who has credentials")
	}
}

// TestEntriesHashToTheTile reads what the hashes of a tile are computed from, as a member does.
func TestEntriesHashToTheTile(t *testing.T) {
	r, stream, gateway := publicLog(t)
	const width, entryBytes = 20, 65
	req := &journalv1.GetEntryBundleRequest{Stream: stream, Width: width}
	resp, err := journalv1.NewLogServiceClient(r.Dial(r.garMember, "admin")).GetEntryBundle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	tile, err := gateway.GetTile(t.Context(), &journalv1.GetTileRequest{Stream: stream, Width: width})
	if err != nil {
		t.Fatal(err)
	}
	var hashes []byte
	for entry := range slices.Chunk(resp.GetBundle(), 2+entryBytes) {
		if binary.BigEndian.Uint16(entry) != entryBytes {
			t.Fatalf("an entry of %d bytes", binary.BigEndian.Uint16(entry))
		}
		hash := tlog.RecordHash(entry[2:])
		hashes = append(hashes, hash[:]...)
	}
	if !bytes.Equal(hashes, tile.GetHashes()) {
		t.Errorf("entries of %d bytes do not hash to the tile of %d", len(resp.GetBundle()), len(tile.GetHashes()))
	}
	_, err = journalv1.NewLogServiceClient(r.Dial(r.garMember, "nobody")).GetEntryBundle(t.Context(), req)
	wantReason(t, "a principal without the permission", err, "PERMISSION_DENIED")
	for _, beyond := range []*journalv1.GetEntryBundleRequest{
		{Stream: stream, Width: 256}, {Stream: stream, Index: 1, Width: 1}, {Stream: stream, Index: 1<<40 - 1, Width: 256}, {Stream: "ingest/nobody", Width: 1},
	} {
		_, err := gateway.GetEntryBundle(t.Context(), beyond)
		wantReason(t, beyond.String(), err, "TILE_NOT_FOUND")
	}
}

// TestEntriesAreStreamedFromAnyPlace reads entries as a witness does, and compares with the bundle of the tile.
func TestEntriesAreStreamedFromAnyPlace(t *testing.T) {
	r, stream, gateway := publicLog(t)
	const width, bundled, streamed = 20, 2 + 65, 64
	resp, err := gateway.GetEntryBundle(t.Context(), &journalv1.GetEntryBundleRequest{Stream: stream, Width: width})
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for entry := range slices.Chunk(resp.GetBundle(), bundled) {
		want = append(want, entry[bundled-streamed:]...)
	}
	read := func(principal, stream string, first, limit int64) ([]byte, error) {
		member := journalv1.NewLogServiceClient(r.Dial(r.garMember, principal))
		answers, err := member.ReadEntries(t.Context(), &journalv1.ReadEntriesRequest{Stream: stream, First: first, Limit: limit})
		if err != nil {
			return nil, err
		}
		var all []byte
		for {
			answer, err := answers.Recv()
			if errors.Is(err, io.EOF) {
				return all, nil
			}
			if err != nil {
				return nil, err
			}
			all = append(all, answer.GetEntries()...)
		}
	}
	for _, part := range []struct{ first, limit int64 }{{0, width}, {0, 1}, {7, 3}, {width - 1, 1 << 20}, {1 << 40, 1}} {
		from := min(part.first, width)
		got, err := read("admin", stream, part.first, part.limit)
		if err != nil || !bytes.Equal(got, want[from*streamed:min(from+part.limit, width)*streamed]) {
			t.Errorf("%d entries from %d: %d bytes, %v", part.limit, part.first, len(got), err)
		}
	}
	if got, err := read("admin", "ingest/nobody", 0, 1); err != nil || len(got) > 0 {
		t.Errorf("a stream that is not there: %d bytes, %v", len(got), err)
	}
	if _, err := read("nobody", stream, 0, 1); status.Code(err) != codes.PermissionDenied {
		t.Errorf("a principal without the permission: %v", err)
	}
	for _, bad := range []struct{ first, limit int64 }{{-1, 1}, {0, 0}, {0, 1<<20 + 1}, {1 << 48, 1}} {
		if _, err := read("admin", stream, bad.first, bad.limit); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%d entries from %d: %v", bad.limit, bad.first, err)
		}
	}
}
