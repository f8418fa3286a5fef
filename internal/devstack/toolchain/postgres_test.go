package toolchain_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
)

func TestFindPostgresSeesThroughLinksAndWrappers(t *testing.T) {
	want, err := toolchain.FindPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want.Major < toolchain.MinPostgres {
		t.Fatalf("found version %d", want.Major)
	}
	wrappers, links := t.TempDir(), t.TempDir()
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		script := "#!/bin/sh\nexec " + filepath.Join(want.BinDir, name) + ` "$@"` + "\n"
		if err := os.WriteFile(filepath.Join(wrappers, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(want.BinDir, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", wrappers+string(filepath.ListSeparator)+links)
	got, err := toolchain.FindPostgres(t.Context())
	if err != nil || got != want {
		t.Errorf("found %+v, %v; want %+v", got, err, want)
	}
}
