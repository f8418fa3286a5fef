// Package tiles serves the journal's streams as logs by c2sp.org/tlog-tiles, so that monitors of such logs read them as they are:
//
//	GET /log/<stream>/checkpoint                  the newest checkpoint, a signed note
//	GET /log/<stream>/tile/<L>/<N>[.p/<W>]        hashes of the tree
//	GET /log/<stream>/tile/entries/<N>[.p/<W>]    what the hashes of level 0 are computed from; for members
//
// Checkpoints and hashes need no credentials: hashes of salted leaves tell nothing of what they are of, and a stream's name
// only that there is such a member. Entries hold no event, but who has a vehicle's tag finds the vehicle's in them. What a path
// can have wrong is found here, before any service is asked.
package tiles

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/pcc-platform/pcc/gateway/internal/edge"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/authn"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

const (
	// readDeadline bounds the call behind a request.
	readDeadline = 10 * time.Second
	// maxReads bounds the calls of all monitors at once, so that they cannot take the database from those who write.
	maxReads   = 32
	fullRetry  = time.Second
	immutable  = "public, max-age=31536000, immutable"
	ownCopy    = "private, max-age=31536000, immutable"
	octets     = "application/octet-stream"
	noteType   = "text/plain; charset=utf-8"
	checkRoute = prefix + "{stream}/checkpoint"
	tileRoute  = prefix + "{stream}/tile/{tile}"
	entryRoute = prefix + "{stream}/tile/entries/{tile}"
)

var (
	errRoute  = &problem.Error{Status: http.StatusNotFound, Reason: "ROUTE_NOT_FOUND", Detail: "a log has no such resource; see c2sp.org/tlog-tiles"}
	errMethod = &problem.Error{Status: http.StatusMethodNotAllowed, Reason: "METHOD_NOT_ALLOWED", Detail: "logs are read with GET"}
	errFull   = &problem.Error{Status: http.StatusTooManyRequests, Reason: "RATE_LIMITED", Detail: "too many monitors read at once", RetryAfter: fullRetry}
)

// Handler serves the logs.
type Handler struct {
	// services are those that keep streams, by name.
	services map[string]journalv1.LogServiceClient
	members  func(http.Handler) http.Handler
	reads    chan struct{}
}

// New returns the handler of paths below /log/, given a connection to each service that keeps streams. members lets pass who
// proves to be a member's.
func New(conns map[string]*grpc.ClientConn, members func(http.Handler) http.Handler) *Handler {
	h := &Handler{services: map[string]journalv1.LogServiceClient{}, members: members, reads: make(chan struct{}, maxReads)}
	for service, conn := range conns {
		h.services[service] = journalv1.NewLogServiceClient(conn)
	}
	return h
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
	switch {
	case asked.tile == nil:
		h.checkpoint(ctx, w, asked)
	case asked.tile.L >= 0:
		h.tile(ctx, w, asked)
	default:
		edge.NoteRoute(ctx, entryRoute)
		h.members(h.entries(asked)).ServeHTTP(w, r.WithContext(ctx))
	}
}

func (h *Handler) checkpoint(ctx context.Context, w http.ResponseWriter, asked resource) {
	edge.NoteRoute(ctx, checkRoute)
	resp, err := h.services[asked.service].GetSignedCheckpoint(ctx, &journalv1.GetSignedCheckpointRequest{Stream: asked.stream})
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
	resp, err := h.services[asked.service].GetTile(ctx, &journalv1.GetTileRequest{
		Stream: asked.stream, Level: int32(t.L), Index: t.N, Width: int32(t.W), //nolint:gosec // parse bounds both
	})
	if err != nil {
		problem.Write(ctx, w, err)
		return
	}
	answer(w, octets, immutable, resp.GetHashes())
}

// entries answers a principal of a member, in whose name it asks.
func (h *Handler) entries(asked resource) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := inNameOf(r.Context(), r.Header.Get("Authorization"))
		resp, err := h.services[asked.service].GetEntryBundle(ctx, &journalv1.GetEntryBundleRequest{
			Stream: asked.stream, Index: asked.tile.N, Width: int32(asked.tile.W), //nolint:gosec // parse bounds it
		})
		if err != nil {
			problem.Write(ctx, w, err)
			return
		}
		answer(w, octets, ownCopy, resp.GetBundle())
	})
}

// inNameOf has calls made in the name of the request's principal, whom a certificate proved or else the authorization.
func inNameOf(ctx context.Context, authorization string) context.Context {
	if p, ok := edge.Forwarded(ctx); ok {
		return metadata.AppendToOutgoingContext(ctx, authn.ForwardedHeader, authn.Forward(p))
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", authorization)
}

func answer(w http.ResponseWriter, mediaType, caching string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", caching)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	// An error is a client that went away; net/http leaves the body of a HEAD out.
	_, _ = w.Write(body) //nolint:gosec // no browser renders these types
}
