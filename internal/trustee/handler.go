package trustee

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// Callers says whose certificate a call came with.
type Callers struct {
	// Vault reports whether it is the vault's.
	Vault func(context.Context, *tls.ConnectionState) bool
	// Ledger has those of trustees.
	Ledger Ledger
}

// Handler answers the protocol of package wire.
func (t *Trustee) Handler(callers Callers) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathOpen, answer(t.Logger, anybody, t.Open))
	mux.HandleFunc("POST "+wire.PathEvaluate, answer(t.Logger, callers.vault, t.Evaluate))
	mux.HandleFunc("POST "+wire.PathExchange, answer(t.Logger, callers.trustee, t.Exchange))
	mux.HandleFunc("GET "+wire.PathKeySet, t.serveKeySet)
	return mux
}

// answer decodes a message, has it answered if the caller may ask, and encodes what comes of it.
func answer[Q, A any](logger *slog.Logger, may func(*http.Request) error, do func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q Q
		if err := may(r); err != nil {
			refuse(w, r, logger, err)
			return
		}
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, wire.MaxBody))
		d.DisallowUnknownFields()
		if err := d.Decode(&q); err != nil {
			refuse(w, r, logger, ErrMalformed.Wrap(err))
			return
		}
		a, err := do(r.Context(), q)
		if err != nil {
			refuse(w, r, logger, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(a) // the caller is gone if this fails
	}
}

func (t *Trustee) serveKeySet(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.ParseUint(r.FormValue("number"), 10, 64)
	if err != nil {
		refuse(w, r, t.Logger, ErrMalformed.Wrap(err))
		return
	}
	set, err := t.KeySet(r.Context(), access.KeyPurpose(r.FormValue("purpose")), number)
	if err != nil {
		refuse(w, r, t.Logger, err)
		return
	}
	text, err := set.Canonical()
	if err != nil {
		refuse(w, r, t.Logger, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(text) //nolint:gosec // plain text of names, numbers and base64; an error is that the caller is gone
}

func anybody(*http.Request) error { return nil }

func (c Callers) vault(r *http.Request) error {
	if r.TLS == nil || !c.Vault(r.Context(), r.TLS) {
		return ErrNotTrusted
	}
	return nil
}

// trustee takes the certificates that the ledger has now.
func (c Callers) trustee(r *http.Request) error {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return ErrNotTrusted
	}
	pin := model.Hash(sha256.Sum256(r.TLS.PeerCertificates[0].Raw))
	records, err := c.Ledger.Trustees(r.Context())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(records, func(t access.Trustee) bool { return t.TransportSHA256 == pin }) {
		return ErrNotTrusted
	}
	return nil
}

// refuse tells a refusal; a fault of ours is logged, and its text stays here.
func refuse(w http.ResponseWriter, r *http.Request, logger *slog.Logger, err error) {
	refusal := apperr.As(err)
	if refusal == nil {
		if !errors.Is(err, context.Canceled) {
			logger.ErrorContext(r.Context(), "request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
		}
		refusal = apperr.New(apperr.Internal, "INTERNAL", "the trustee failed")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(wire.Status(refusal.Kind))
	_ = json.NewEncoder(w).Encode(wire.Refusal{Reason: refusal.Reason, Message: refusal.Message})
}
