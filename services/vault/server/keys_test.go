package server_test

import (
	"os"
	"testing"

	"github.com/pcc-platform/pcc/services/vault/server"
)

func TestCreateKeysNeverReplacesAKey(t *testing.T) {
	keys := testKeys(t.TempDir())
	if err := server.CreateKeys(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	before := read(t, keys.TagKeyFile)
	if err := server.CreateKeys(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	if read(t, keys.TagKeyFile) != before {
		t.Error("the tag key changed")
	}
	if err := os.Remove(keys.DataKeysetFile); err != nil {
		t.Fatal(err)
	}
	if server.CreateKeys(t.Context(), keys) == nil {
		t.Error("a lost keyset is replaced by a new one")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
