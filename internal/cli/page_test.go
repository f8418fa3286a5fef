package cli

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPageHasTheDocument writes pages of documents of the vectors: with a trust list only if asked, and none of a forged one.
func TestAPageHasTheDocument(t *testing.T) {
	out := filepath.Join(t.TempDir(), "passport.html")
	write := func(document string, flags ...string) (code int, told string) {
		var said bytes.Buffer
		args := append([]string{"page", vector(document), "--trust", vector("trust.json"), "-o", out}, flags...)
		code = Main(args, strings.NewReader(""), &said, &said)
		return code, said.String()
	}
	if code, said := write("forged/mileage_shown.json"); code != 1 || !strings.Contains(said, "VIEW_MISMATCH") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a page of a forged document")
	}
	encoded := map[string]string{}
	for _, name := range []string{"valid/complete.json", "trust.json"} {
		content, err := os.ReadFile(vector(name))
		if err != nil {
			t.Fatal(err)
		}
		encoded[name] = base64.StdEncoding.EncodeToString(content)
	}
	for _, flags := range [][]string{nil, {"--with-trust"}} {
		if code, said := write("valid/complete.json", flags...); code != 0 {
			t.Fatalf("exit code %d: %s", code, said)
		}
		page, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(string(page), encoded["trust.json"]); has != (flags != nil) || !strings.Contains(string(page), encoded["valid/complete.json"]) {
			t.Errorf("%v: with a trust list: %t", flags, has)
		}
	}
}
