package witness

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// published is one file of the public cases for add-checkpoint.
type published []struct {
	File  string   `json:"file"`
	Setup []string `json:"setup"`
	Cases []struct {
		Path   string `json:"path"`
		Body   string `json:"request_body"`
		Status int    `json:"status"`
		Assert string `json:"assert"`
	} `json:"cases"`
}

// TestPublishedCases runs the committed cases, and those of PCC_DATA_DIR, which must have them if it is set.
func TestPublishedCases(t *testing.T) {
	files := []string{"testdata/witness_add_checkpoint.json"}
	if dir := os.Getenv("PCC_DATA_DIR"); dir != "" {
		files = append(files, filepath.Join(dir, "crypto_vectors", "witness_add_checkpoint.json"))
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases published
		if err := json.Unmarshal(raw, &cases); err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, c := range cases {
			server := httptest.NewServer(anyPrefix(open(t, Options{Logs: publishedLogs(t, c.Setup)}).Handler()))
			for _, call := range c.Cases {
				status, body := post(t, server.URL+call.Path, []byte(call.Body))
				want := strings.TrimSuffix(strings.TrimPrefix(call.Assert, `body contains "`), `"`)
				if status != call.Status || !strings.Contains(body, want) {
					t.Errorf("%s: %d %s, want %d and %s", c.File, status, body, call.Status, call.Assert)
				}
				ran++
			}
			server.Close()
		}
		if ran == 0 {
			t.Errorf("%s has no cases", file)
		}
	}
}

// anyPrefix serves a handler below every submission prefix, as one of the cases has one.
func anyPrefix(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]
		h.ServeHTTP(w, r)
	})
}

var (
	addKey    = regexp.MustCompile(`^add-key -origin '([^']+)' -key (\S+)$`)
	addSigsum = regexp.MustCompile(`^add-sigsum-log -key=([0-9a-f]{64})$`)
)

// publishedLogs reads the commands that set a witness up for some cases.
func publishedLogs(t *testing.T, setup []string) (logs []checkpoint.Log) {
	t.Helper()
	for _, command := range setup {
		var origin, key string
		if m := addKey.FindStringSubmatch(command); m != nil {
			origin, key = m[1], m[2]
		} else if m := addSigsum.FindStringSubmatch(command); m != nil {
			public, err := hex.DecodeString(m[1])
			if err != nil {
				t.Fatal(err)
			}
			origin = fmt.Sprintf("sigsum.org/v1/tree/%x", sha256.Sum256(public))
			if key, err = note.NewEd25519VerifierKey(origin, ed25519.PublicKey(public)); err != nil {
				t.Fatal(err)
			}
		} else {
			continue // add-log names an origin, which add-key repeats
		}
		log, err := checkpoint.NewLog(origin, key)
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, log)
	}
	return logs
}

func post(t *testing.T, url string, body []byte) (status int, answer string) {
	t.Helper()
	response, err := http.Post(url, "text/plain", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(raw)
}
