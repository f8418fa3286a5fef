package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/testkit/browser"
)

// outcomes are what the page said of vectors; Wrong lists where it should have said something else.
type outcomes struct {
	Accepted, Refused int
	Wrong             []string
}

// run gives the vectors, JSON, to a check of testdata, a function of JavaScript.
func run(t *testing.T, p *browser.Page, check string, vectors []byte) {
	t.Helper()
	var got outcomes
	function := uncommented(read(t, filepath.Join("testdata", check)))
	p.Eval(t, fmt.Sprintf("(() => {\n%s\nreturn (%s)(%s); })()", read(t, "testdata/outcomes.js"), function, vectors), &got)
	for _, wrong := range got.Wrong {
		t.Errorf("%s: %s", check, wrong)
	}
	if got.Accepted == 0 || got.Refused == 0 {
		t.Errorf("%s: %d accepted, %d refused: both kinds must be covered", check, got.Accepted, got.Refused)
	}
}

func TestPrimitives(t *testing.T) {
	p := open(t)
	run(t, p, "headmap.js", read(t, "../internal/headmap/proof/testdata/vectors.json"))
	run(t, p, "merkle.js", lines(read(t, "../internal/journal/proof/testdata/vectors.jsonl")))
	run(t, p, "voprf.js", read(t, "../services/vault/internal/voprf/testdata/rfc9497.json"))
	run(t, p, "signatures.js", read(t, "../signing/testdata/wycheproof_ed25519.json"))
	run(t, p, "signatures.js", read(t, "../signing/testdata/wycheproof_p256.json"))
	run(t, p, "ristretto.js", read(t, "testdata/ristretto_bad.json"))
}

// TestPublicVectors runs the whole public collections where they are.
func TestPublicVectors(t *testing.T) {
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		dir = "../../shared/data"
	}
	dir = filepath.Join(dir, "crypto_vectors")
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		t.Logf("no public vectors at %s: only the committed ones run", dir)
		return
	}
	p := open(t)
	run(t, p, "merkle.js", lines(unzip(t, filepath.Join(dir, "merkle_proofs.jsonl.gz"))))
	run(t, p, "voprf.js", unzip(t, filepath.Join(dir, "rfc9497_voprf.json.gz")))
	for _, name := range []string{"ed25519_test", "ecdsa_secp256r1_sha256_test", "ecdsa_secp256r1_sha256_p1363_test"} {
		run(t, p, "signatures.js", unzip(t, filepath.Join(dir, "wycheproof", name+".json.gz")))
	}
}

// uncommented cuts the comment off that a file of testdata begins with.
func uncommented(text []byte) []byte {
	for bytes.HasPrefix(text, []byte("//")) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}

// lines makes one JSON list of JSON lines.
func lines(text []byte) []byte {
	return append(append([]byte("["), bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte(","))...), ']')
}

func unzip(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
