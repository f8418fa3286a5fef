package edge

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
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

// NewPages returns the pages: liveness, the API's description, and the verifier of proofs.
func NewPages(openAPI, verifyHTML []byte) (Pages, error) {
	policy, err := inlinePolicy(verifyHTML)
	if err != nil {
		return nil, err
	}
	return Pages{
		"/healthz":      {mediaType: "application/json", body: []byte(`{"status":"ok"}` + "\n")},
		"/openapi.json": {mediaType: "application/json", body: openAPI},
		"/verify":       {mediaType: "text/html; charset=utf-8", body: verifyHTML, policy: policy},
	}, nil
}

// inlinePolicy allows a page exactly the one style sheet and the one script that stand in it.
func inlinePolicy(html []byte) (string, error) {
	policy := strictPolicy
	for _, element := range []string{"style", "script"} {
		_, rest, opened := bytes.Cut(html, []byte("<"+element+">"))
		text, _, closed := bytes.Cut(rest, []byte("</"+element+">"))
		if !opened || !closed {
			return "", fmt.Errorf("gateway: the page has no %s", element)
		}
		sum := sha256.Sum256(text)
		policy += fmt.Sprintf("; %s-src 'sha256-%s'", element, base64.StdEncoding.EncodeToString(sum[:]))
	}
	return policy, nil
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
