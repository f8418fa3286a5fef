package transcode

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/authn"
)

// Routes of one method may match the same path, across services too: each must still reach its own RPC.
func TestEveryRouteIsReached(t *testing.T) {
	conns := map[string]*grpc.ClientConn{}
	for _, s := range Services() {
		conn, err := grpc.NewClient("passthrough:///nowhere", grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		conns[s] = conn
	}
	var reached string
	mux, err := New(t.Context(), conns, Hooks{
		Forwarded: func(context.Context) (authn.Principal, bool) { return authn.Principal{}, true },
		Route:     func(_ context.Context, pattern string) { reached = pattern },
	})
	if err != nil {
		t.Fatal(err)
	}
	all := findQueryless()
	if len(all) < 30 {
		t.Fatalf("only %d routes", len(all))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // the call itself goes nowhere
	for route := range all {
		method, pattern, _ := strings.Cut(route, " ")
		reached = ""
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ended, method, pathOf(pattern), http.NoBody))
		if reached != pattern {
			t.Errorf("%s %s reaches %q", method, pathOf(pattern), reached)
		}
	}
}

var templateField = regexp.MustCompile(`\{[a-z_.]+(?:=([^}]+))?\}`)

// pathOf is a path that a pattern matches.
func pathOf(pattern string) string {
	path := templateField.ReplaceAllString(pattern, "$1")
	return strings.NewReplacer("**", "x", "*", "x").Replace(strings.ReplaceAll(path, "//", "/x/"))
}
