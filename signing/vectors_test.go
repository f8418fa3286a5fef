package signing

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wycheproof is the part of Project Wycheproof's vectors that says what a verifier has to do.
type wycheproof struct {
	TestGroups []struct {
		PublicKeyDer string `json:"publicKeyDer"`
		Tests        []struct {
			ID     int    `json:"tcId"`
			Msg    string `json:"msg"`
			Sig    string `json:"sig"`
			Result string `json:"result"`
		} `json:"tests"`
	} `json:"testGroups"`
}

// TestWycheproof runs the committed vectors, and those of PCC_DATA_DIR where there are any. A signature in its second form
// is valid to Wycheproof and not here.
func TestWycheproof(t *testing.T) {
	files, err := filepath.Glob("testdata/wycheproof_*.json")
	must(t, err)
	if len(files) != 2 {
		t.Fatalf("%d committed files of vectors", len(files))
	}
	if dir := os.Getenv("PCC_DATA_DIR"); dir != "" {
		for _, name := range []string{"ed25519_test.json.gz", "ecdsa_secp256r1_sha256_p1363_test.json.gz"} {
			files = append(files, filepath.Join(dir, "crypto_vectors", "wycheproof", name))
		}
	}
	for _, file := range files {
		ran := 0
		for _, group := range readVectors(t, file).TestGroups {
			der, err := hex.DecodeString(group.PublicKeyDer)
			must(t, err)
			key, err := ParsePublicKey(der)
			must(t, err)
			for _, v := range group.Tests {
				message, err := hex.DecodeString(v.Msg)
				must(t, err)
				signature, err := hex.DecodeString(v.Sig)
				must(t, err)
				err = key.verify(message, signature)
				if valid := err == nil || errors.Is(err, errUpperHalf); valid != (v.Result == "valid") {
					t.Errorf("%s %d: %v, want %s", file, v.ID, err, v.Result)
				}
				ran++
			}
		}
		if ran == 0 {
			t.Errorf("%s has no vectors", file)
		}
	}
}

func readVectors(t *testing.T, file string) (v wycheproof) {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		in, err = gzip.NewReader(f)
		must(t, err)
	}
	must(t, json.NewDecoder(in).Decode(&v))
	return v
}
