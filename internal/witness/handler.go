package witness

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"

	"github.com/pcc-platform/pcc/internal/witness/wire"
)

const (
	retryAfterSeconds = "5"
	noteType          = "text/plain; charset=utf-8"
)

// Handler serves the protocol of package wire. It knows no TLS and no caller: what it believes is signed.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+wire.AddCheckpoint, w.serveAddCheckpoint)
	mux.HandleFunc("GET /{log}/checkpoint", func(rw http.ResponseWriter, r *http.Request) {
		note, err := w.Latest(r.PathValue("log"))
		w.serveStored(rw, r, noteType, note, err)
	})
	mux.HandleFunc("GET /{log}/evidence/{id}", func(rw http.ResponseWriter, r *http.Request) {
		doc, err := w.Evidence(r.PathValue("log"), r.PathValue("id"))
		w.serveStored(rw, r, "application/json", doc, err)
	})
	mux.HandleFunc("GET /{log}/unexplained/{id}", func(rw http.ResponseWriter, r *http.Request) {
		note, err := w.Unexplained(r.PathValue("log"), r.PathValue("id"))
		w.serveStored(rw, r, noteType, note, err)
	})
	mux.HandleFunc("GET /status", func(rw http.ResponseWriter, r *http.Request) {
		body, err := json.Marshal(w.Status())
		w.serveStored(rw, r, "application/json", body, err)
	})
	return mux
}

func (w *Witness) serveAddCheckpoint(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, wire.MaxRequestBytes))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(rw, "cannot read the request", status)
		return
	}
	request, err := wire.ParseRequest(body)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	cosignature, err := w.AddCheckpoint(r.Context(), request)
	if err != nil {
		w.serveRefusal(rw, r, err)
		return
	}
	w.send(rw, r, noteType, []byte(cosignature.Line))
}

// serveRefusal answers with the status of an error. The text of [ErrUnavailable] stays here: its cause may be anything.
func (w *Witness) serveRefusal(rw http.ResponseWriter, r *http.Request, err error) {
	if equivocation := new(EquivocationError); errors.As(err, &equivocation) {
		rw.Header().Set(wire.EvidenceHeader, equivocation.ID)
	}
	conflict := new(ConflictError)
	switch {
	case errors.As(err, &conflict):
		rw.Header().Set("Content-Type", wire.SizeType)
		rw.Header().Set("X-Content-Type-Options", "nosniff")
		rw.WriteHeader(http.StatusConflict)
		w.write(rw, r, wire.MarshalSize(conflict.Size))
	case errors.Is(err, ErrMalformed):
		http.Error(rw, err.Error(), http.StatusBadRequest)
	case errors.Is(err, ErrUnknownLog):
		http.Error(rw, err.Error(), http.StatusNotFound)
	case errors.Is(err, ErrSignature):
		http.Error(rw, err.Error(), http.StatusForbidden)
	case errors.Is(err, ErrInconsistent), errors.Is(err, ErrRefused):
		http.Error(rw, err.Error(), http.StatusUnprocessableEntity)
	default:
		rw.Header().Set("Retry-After", retryAfterSeconds)
		http.Error(rw, ErrUnavailable.Error(), http.StatusServiceUnavailable)
	}
}

func (w *Witness) serveStored(rw http.ResponseWriter, r *http.Request, contentType string, body []byte, err error) {
	switch {
	case errors.Is(err, os.ErrNotExist):
		http.NotFound(rw, r)
	case err != nil:
		w.opts.Logger.ErrorContext(r.Context(), "cannot read what is stored", slog.Any("error", err))
		http.Error(rw, "cannot read what is stored", http.StatusInternalServerError)
	default:
		w.send(rw, r, contentType, body)
	}
}

func (w *Witness) send(rw http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	rw.Header().Set("Content-Type", contentType)
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	w.write(rw, r, body)
}

// write sends a body. A caller who is gone asks again.
func (w *Witness) write(rw http.ResponseWriter, r *http.Request, body []byte) {
	if _, err := rw.Write(body); err != nil { // #nosec G705 -- never HTML: each caller sets another type
		w.opts.Logger.DebugContext(r.Context(), "cannot answer", slog.Any("error", err))
	}
}
