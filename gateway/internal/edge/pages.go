package edge

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
)

// page is a document that needs no credentials.
type page struct {
	mediaType string
	body      []byte
	// policy is its Content-Security-Policy; the strictest when empty.
	policy string
}

// Pages are routes without credentials. Beside them only the logs are (package tiles).
type Pages map[string]page

// NewPages returns the pages: liveness, the API's description, and how to verify a proof.
func NewPages(openAPI, verifyHTML []byte) (Pages, error) {
	policy, err := stylePolicy(verifyHTML)
	if err != nil {
		return nil, err
	}
	return Pages{
		"/healthz":      {mediaType: "application/json", body: []byte(`{"status":"ok"}` + "\n")},
		"/openapi.json": {mediaType: "application/json", body: openAPI},
		"/verify":       {mediaType: "text/html; charset=utf-8", body: verifyHTML, policy: policy},
	}, nil
}

// stylePolicy allows a page exactly the one style sheet that stands in it.
func stylePolicy(html []byte) (string, error) {
	_, rest, opened := bytes.Cut(html, []byte("<style>"))
	style, _, closed := bytes.Cut(rest, []byte("</style>"))
	if !opened || !closed {
		return "", errors.New("gateway: the page has no style sheet")
	}
	sum := sha256.Sum256(style)
	return strictPolicy + "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", nil
}

// Or answers requests for a page and leaves all others to next.
func (p Pages) Or(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := p[r.URL.Path]
		if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			next.ServeHTTP(w, r)
			return
		}
		NoteRoute(r.Context(), r.URL.Path)
		if page.policy != "" {
			w.Header().Set("Content-Security-Policy", page.policy)
		}
		w.Header().Set("Content-Type", page.mediaType)
		w.Header().Set("Content-Length", strconv.Itoa(len(page.body)))
		_, _ = w.Write(page.body) // a client that went away; net/http leaves the body of a HEAD out
	})
}
