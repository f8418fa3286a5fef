// Package tiles serves the journal's streams as logs by c2sp.org/tlog-tiles, so that monitors of such logs read them as they are:
//
//	GET /log/<stream>/checkpoint            the newest checkpoint, a signed note
//	GET /log/<stream>/tile/<L>/<N>[.p/<W>]  hashes of the tree
//
// Nobody needs credentials: hashes of salted leaves tell nothing of what they are of, and a stream's name only that there is
// such a member. What a path can have wrong is found here, before any service is asked.
//
// Entry bundles are not served: an entry, from which a leaf's hash is computed, names the list of a vehicle.
package tiles

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/gateway/internal/edge"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// readDeadline bounds the call behind a request.
	readDeadline = 10 * time.Second
	// maxReads bounds the calls of all monitors at once, so that they cannot take the database from those who write.
	maxReads   = 32
	fullRetry  = time.Second
	immutable  = "public, max-age=31536000, immutable"
	octets     = "application/octet-stream"
	noteType   = "text/plain; charset=utf-8"
	checkRoute = prefix + "{stream}/checkpoint"
	tileRoute  = prefix + "{stream}/tile/{tile}"
)

var (
	errRoute  = &problem.Error{Status: http.StatusNotFound, Reason: "ROUTE_NOT_FOUND", Detail: "a log has no such resource; see c2sp.org/tlog-tiles"}
	errMethod = &problem.Error{Status: http.StatusMethodNotAllowed, Reason: "METHOD_NOT_ALLOWED", Detail: "logs are read with GET"}
	errFull   = &problem.Error{Status: http.StatusTooManyRequests, Reason: "RATE_LIMITED", Detail: "too many monitors read at once", RetryAfter: fullRetry}
)

// Handler serves the logs.
type Handler struct {
	journal ingestv1.JournalServiceClient
	reads   chan struct{}
}

// New returns the handler of paths below /log/.
func New(journal ingestv1.JournalServiceClient) *Handler {
	return &Handler{journal: journal, reads: make(chan struct{}, maxReads)}
}

// Or gives to logs what is below their prefix, and everything else to next.
func Or(logs, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, prefix) {
			logs.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		problem.Write(r.Context(), w, errMethod)
		return
	}
	asked, ok := parse(r.URL)
	if !ok {
		problem.Write(r.Context(), w, errRoute)
		return
	}
	select {
	case h.reads <- struct{}{}:
		defer func() { <-h.reads }()
	default:
		problem.Write(r.Context(), w, errFull)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readDeadline)
	defer cancel()
	if asked.tile == nil {
		h.checkpoint(ctx, w, asked)
		return
	}
	h.tile(ctx, w, asked)
}

func (h *Handler) checkpoint(ctx context.Context, w http.ResponseWriter, asked resource) {
	edge.NoteRoute(ctx, checkRoute)
	resp, err := h.journal.GetSignedCheckpoint(ctx, &ingestv1.GetSignedCheckpointRequest{Stream: asked.stream})
	if err != nil {
		problem.Write(ctx, w, err)
		return
	}
	answer(w, noteType, "no-cache", resp.GetNote())
}

// tile answers with a tile, full or partial. Either never changes: a partial one is the beginning of what it grows into.
func (h *Handler) tile(ctx context.Context, w http.ResponseWriter, asked resource) {
	edge.NoteRoute(ctx, tileRoute)
	t := asked.tile
	resp, err := h.journal.GetTile(ctx, &ingestv1.GetTileRequest{
		Stream: asked.stream, Level: int32(t.L), Index: t.N, Width: int32(t.W), //nolint:gosec // parse bounds both
	})
	if err != nil {
		problem.Write(ctx, w, err)
		return
	}
	answer(w, octets, immutable, resp.GetHashes())
}

func answer(w http.ResponseWriter, mediaType, caching string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", caching)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that went away; net/http leaves the body of a HEAD out
}
