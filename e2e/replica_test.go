package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// testReplica has the maker take its copy, go on, and take the rest; then the platform is not asked any more: the copy is computed
// anew, also with a byte changed.
func testReplica(t *testing.T, w *world) {
	folder := filepath.Join(t.TempDir(), "replica")
	passport := w.newPassport(t, w.oem)
	for _, batch := range []string{"replica-a", "replica-b"} {
		w.journal(t, passport, batch, 50)
		list, err := w.oem.Ingest.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport, PageSize: 1000})
		if err != nil {
			t.Fatal(err)
		}
		want := list.GetEvents()[0].GetPosition().GetSequence() + 1
		await.Until(t, settleTime, func(context.Context) string {
			w.stack.Run(t, "replica", "--profile", "oem-admin", folder)
			leaves, err := os.ReadFile(filepath.Join(folder, "leaves.jsonl"))
			if n := int64(bytes.Count(leaves, []byte("\n"))); err != nil || n < want {
				return fmt.Sprintf("%d of %d leaves, %v", n, want, err)
			}
			return ""
		})
	}
	if out := w.stack.Run(t, "replay", "replica", folder); strings.Count(out, " 0 differences") != 2 {
		t.Errorf("computed anew:\n%s", out)
	}
	entries := filepath.Join(folder, "entries", "ingest.oem")
	content, err := os.ReadFile(entries)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(entries, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, err := w.stack.Try(t.Context(), nil, "replay", "replica", folder); err == nil || !strings.Contains(out, "epoch ") {
		t.Errorf("with a byte changed: %v\n%s", err, out)
	}
}
