package logserver_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// newJournal is a journal with one leaf in each stream.
func newJournal(t *testing.T, streams ...string) *pgxpool.Pool {
	t.Helper()
	pool := testkit.Migrated(t, os.DirFS("../../../migrations"), "journal")
	for _, stream := range streams {
		grow(t, pool, stream)
	}
	return pool
}

func grow(t *testing.T, pool *pgxpool.Pool, stream string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, _, err := journal.Append(t.Context(), tx, stream, []journal.Leaf{{Frame: journal.Frame("test.v1.Note", [16]byte{1}, nil)}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newServer(t *testing.T, pool *pgxpool.Pool, keyFile string) *logserver.Server {
	t.Helper()
	s, err := logserver.New(pool, logserver.Config{KeyFile: keyFile})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newKey(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(file, "test.example/log"); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWithoutAKeyNothingIsPublished leaves only what services ask each other.
func TestWithoutAKeyNothingIsPublished(t *testing.T) {
	s := newServer(t, newJournal(t, "ingest/oem"), "")
	_, noNote := s.GetSignedCheckpoint(t.Context(), &journalv1.GetSignedCheckpointRequest{Stream: "ingest/oem"})
	_, noTile := s.GetTile(t.Context(), &journalv1.GetTileRequest{Stream: "ingest/oem", Width: 1})
	_, noBundle := s.GetEntryBundle(t.Context(), &journalv1.GetEntryBundleRequest{Stream: "ingest/oem", Width: 1})
	for what, err := range map[string]error{"checkpoint": noNote, "tile": noTile, "bundle": noBundle} {
		if !errors.Is(err, logserver.ErrLogNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	list, err := s.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil || len(list.GetCheckpoints()) != 1 || list.GetCheckpoints()[0].GetSize() != 1 {
		t.Errorf("checkpoints %v, %v", list, err)
	}
}

// TestEachStreamIsALogOfItsOwn wants notes by one key under two origins, and one for each size.
func TestEachStreamIsALogOfItsOwn(t *testing.T) {
	pool, file := newJournal(t, "keys/oem", "index"), newKey(t)
	s := newServer(t, pool, file)
	key, err := checkpoint.ReadLogKey(file)
	if err != nil {
		t.Fatal(err)
	}
	var before []byte
	for size := range uint64(3) {
		for _, stream := range []string{"keys/oem", "index"} {
			resp, err := s.GetSignedCheckpoint(t.Context(), &journalv1.GetSignedCheckpointRequest{Stream: stream})
			if err != nil {
				t.Fatal(err)
			}
			own, err := key.For(stream)
			if err != nil {
				t.Fatal(err)
			}
			log, err := checkpoint.NewLog("test.example/log/"+stream, own.VerifierKey())
			if err != nil {
				t.Fatal(err)
			}
			if signed, err := log.Open(resp.GetNote()); err != nil || signed.Size != size+1 || bytes.Equal(resp.GetNote(), before) {
				t.Errorf("%s after %d entries: %q, %v", stream, size+1, resp.GetNote(), err)
			}
			before = resp.GetNote()
			grow(t, pool, stream)
		}
	}
	if _, err := s.GetSignedCheckpoint(t.Context(), &journalv1.GetSignedCheckpointRequest{Stream: "keys/nobody"}); !errors.Is(err, logserver.ErrLogNotFound) {
		t.Errorf("a stream that has not begun: %v", err)
	}
}

func TestAKeyThatCannotBeReadStopsTheService(t *testing.T) {
	if _, err := logserver.New(nil, logserver.Config{KeyFile: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no key file: %v", err)
	}
}

// TestLeavesAreForTheMemberWhoseStreamItIs lists a stream page by page as its own member, and as others.
func TestLeavesAreForTheMemberWhoseStreamItIs(t *testing.T) {
	pool := newJournal(t, "registry/oem", "registry/oem", "registry/oem", "registry/garage", "settlement/ledger", "index")
	s := newServer(t, pool, "")
	as := func(member string) context.Context {
		return authn.WithPrincipal(t.Context(), authn.Principal{Member: member, Name: "admin"})
	}
	var got []int64
	req := &journalv1.ListLeavesRequest{Stream: "registry/oem", PageSize: 2}
	for range 3 {
		page, err := s.ListLeaves(as("oem"), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.GetLeaves() {
			if frame, err := proof.ParseFrame(l.GetLeaf()); err != nil || frame.Type != "test.v1.Note" || len(l.GetListKey()) != 32 {
				t.Errorf("leaf %v, %v", l, err)
			}
			got = append(got, l.GetSequence())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if !slices.Equal(got, []int64{0, 1, 2}) || req.GetPageToken() != "" {
		t.Errorf("leaves %v", got)
	}
	for _, c := range []struct{ member, stream string }{
		{"garage", "registry/oem"}, {"", "registry/oem"}, {"ledger", "settlement/ledger"}, {"oem", "index"}, {"", "index"}, {"oem", "market/oem"},
	} {
		if _, err := s.ListLeaves(as(c.member), &journalv1.ListLeavesRequest{Stream: c.stream}); !errors.Is(err, logserver.ErrLogNotFound) {
			t.Errorf("%s of %q: %v", c.stream, c.member, err)
		}
	}
	for _, token := range []string{"forged", encoded(t, "registry/garage/leaves", 0), encoded(t, "registry/oem/leaves", math.MaxUint64)} {
		if _, err := s.ListLeaves(as("oem"), &journalv1.ListLeavesRequest{Stream: "registry/oem", PageToken: token}); !errors.Is(err, aip.ErrInvalidPageToken) {
			t.Errorf("token %s: %v", token, err)
		}
	}
}

func encoded(t *testing.T, scope string, after uint64) string {
	t.Helper()
	token, err := aip.EncodePageToken(scope, after)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
