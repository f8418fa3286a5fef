package server_test

import (
	"bytes"
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/pcc-platform/pcc/gateway/internal/edge"
	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/rpc"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// oneTile is a journal with one log, which has one tile of a hundred hashes.
type oneTile struct {
	journalv1.UnimplementedLogServiceServer
	asked atomic.Int64
}

const (
	onlyLog  = "ingest/oem"
	tileSize = 100
)

// GetSignedCheckpoint implements the RPC.
func (j *oneTile) GetSignedCheckpoint(_ context.Context, req *journalv1.GetSignedCheckpointRequest) (*journalv1.GetSignedCheckpointResponse, error) {
	j.asked.Add(1)
	if req.GetStream() != onlyLog {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "LOG_NOT_FOUND", "refused")).Err()
	}
	return &journalv1.GetSignedCheckpointResponse{Note: []byte("a note\n")}, nil
}

// GetTile implements the RPC.
func (j *oneTile) GetTile(_ context.Context, req *journalv1.GetTileRequest) (*journalv1.GetTileResponse, error) {
	j.asked.Add(1)
	if req.GetStream() != onlyLog || req.GetLevel() > 0 || req.GetIndex() > 0 || req.GetWidth() > tileSize {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "TILE_NOT_FOUND", "refused")).Err()
	}
	return &journalv1.GetTileResponse{Hashes: bytes.Repeat([]byte{7}, int(req.GetWidth())*32)}, nil
}

// GetEntryBundle implements the RPC.
func (j *oneTile) GetEntryBundle(ctx context.Context, req *journalv1.GetEntryBundleRequest) (*journalv1.GetEntryBundleResponse, error) {
	j.asked.Add(1)
	md, _ := metadata.FromIncomingContext(ctx)
	name := append(md.Get(authn.ForwardedHeader), md.Get("authorization")...)
	if req.GetStream() != onlyLog || req.GetIndex() > 0 || len(name) != 1 {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "TILE_NOT_FOUND", "refused")).Err()
	}
	return &journalv1.GetEntryBundleResponse{Bundle: []byte(name[0])}, nil
}

func TestLogsAreOpen(t *testing.T) {
	r := start(t, nil)
	nobody := r.client(nil)
	a := r.do(nobody, http.MethodGet, "/log/ingest/oem/checkpoint", nil)
	if a.status != http.StatusOK || string(a.body) != "a note\n" || a.header.Get("Cache-Control") != "no-cache" ||
		a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("checkpoint: %d %v %q", a.status, a.header, a.body)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		a = r.do(nobody, method, "/log/ingest/oem/tile/0/000.p/7", nil)
		length := map[string]int{http.MethodGet: 7 * 32}[method]
		if a.status != http.StatusOK || len(a.body) != length || a.header.Get("Content-Length") != "224" ||
			a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("%s tile: %d %v, %d bytes", method, a.status, a.header, len(a.body))
		}
	}
	for path, reason := range map[string]string{
		"/log/ingest/nobody/checkpoint":  "LOG_NOT_FOUND",
		"/log/ingest/oem/tile/0/000":     "TILE_NOT_FOUND",
		"/log/ingest/oem/tile/1/000.p/1": "TILE_NOT_FOUND",
	} {
		a := r.do(nobody, http.MethodGet, path, nil)
		wantProblem(t, path, a, http.StatusNotFound, reason, "")
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: what is not there yet is cached: %q", path, a.header.Get("Cache-Control"))
		}
	}
	wantProblem(t, "POST", r.do(nobody, http.MethodPost, "/log/ingest/oem/checkpoint", text("{}")), http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "")
}

// TestEntriesAreForMembers wants entries to be read in the reader's own name.
func TestEntriesAreForMembers(t *testing.T) {
	r := start(t, nil)
	const path = "/log/ingest/oem/tile/entries/000.p/7"
	wantProblem(t, "a stranger", r.do(r.client(nil), http.MethodGet, path, nil), http.StatusUnauthorized, "CREDENTIALS_MISSING", "")
	if n := r.journal.asked.Load(); n > 0 {
		t.Error("ingest was asked for a stranger")
	}
	token := r.token(r.garage, time.Now())
	for want, a := range map[string]answer{
		authn.Forward(authn.Principal{Member: r.garage.ID, Name: "admin"}): r.do(r.as(r.garage), http.MethodGet, path, nil),
		token: r.do(r.client(nil), http.MethodGet, path, nil, "Authorization", token),
	} {
		if a.status != http.StatusOK || string(a.body) != want || a.header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
			t.Errorf("%d %v: asked as %q, want %q", a.status, a.header, a.body, want)
		}
	}
}

// TestPathsThatNoLogHas asks for what can be told to be wrong without asking anybody.
func TestPathsThatNoLogHas(t *testing.T) {
	r := start(t, nil)
	nobody := r.client(nil)
	for _, path := range []string{
		"", "ingest", "ingest/oem", "ingest/oem/", "ingest/oem/checkpoint/", "ingest/oem/checkpoint.1", "ingest/oem/%63heckpoint",
		"market/oem/checkpoint", "ingest/OEM/checkpoint", "ingest//checkpoint", "ingest/../checkpoint", "ingest/oem/x/../checkpoint",
		"ingest%2Foem/checkpoint", "ingest/oem%00/checkpoint", "ingest/oem/tile", "ingest/oem/tile/0", "ingest/oem/tile/0/",
		"ingest/oem/tile/-1/000", "ingest/oem/tile/00/000", "ingest/oem/tile/8/000", "ingest/oem/tile/64/000", "ingest/oem/tile/+0/000",
		"ingest/oem/tile/0/0", "ingest/oem/tile/0/-01", "ingest/oem/tile/0/1000", "ingest/oem/tile/0/001/000", "ingest/oem/tile/0/x000/000",
		"ingest/oem/tile/0/x999/x999/x999/x999/x999/x999/999", "ingest/oem/tile/0/x009/x223/x372/x036/x854/x775/808",
		"ingest/oem/tile/0/x001/x099/x511/x627/776", "ingest/oem/tile/0/000.p/0", "ingest/oem/tile/0/000.p/256",
		"ingest/oem/tile/0/000.p/01", "ingest/oem/tile/0/000.p/-1", "ingest/oem/tile/0/000.p", "ingest/oem/tile/0/000.p/1/2",
		"ingest/oem/tile/0/../0/000", "ingest/oem/tile/data/000", "ingest/oem/tile/8/0/000", "ingest/oem/tile/entries",
		"ingest/oem/tile/entries/0", "ingest/oem/tile/entries/0/000", "ingest/oem/tile/entries/000.p/256", "ingest/oem/tile/entries/-01",
	} {
		wantProblem(t, path, r.do(nobody, http.MethodGet, "/log/"+path, nil), http.StatusNotFound, "ROUTE_NOT_FOUND", "")
	}
	if n := r.journal.asked.Load(); n > 0 {
		t.Errorf("ingest was asked %d times", n)
	}
}

func TestMonitorsAreLimited(t *testing.T) {
	r := start(t, func(cfg *gateway.Config) { cfg.RateLimit = edge.RateLimit{PerSecond: 0.001, Burst: 2} })
	nobody := r.client(nil)
	for range 2 {
		if a := r.do(nobody, http.MethodGet, "/log/ingest/oem/checkpoint", nil); a.status != http.StatusOK {
			t.Errorf("within the limit: %d", a.status)
		}
	}
	a := r.do(nobody, http.MethodGet, "/log/ingest/oem/tile/0/000.p/7", nil)
	wantProblem(t, "beyond the limit", a, http.StatusTooManyRequests, "RATE_LIMITED", "")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if a := r.do(r.as(r.oem), http.MethodGet, "/v1/nothing", nil); a.status != http.StatusNotFound {
		t.Errorf("a member pays for the monitors at its address: %d", a.status)
	}
}
