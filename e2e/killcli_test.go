package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// The command imports so many vehicles, in several calls, so that the kill meets it at work.
const (
	cliVehicles = 1500
	cliReadings = 10
)

// testKillUnderCLI kills the database while `pcc import` runs. The command must get over it, account for every row, and a
// second run must find everything known. Both keep receipts, of which the platform has to have kept all.
func testKillUnderCLI(t *testing.T, w *world) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	writeHistory(t, w, file)
	before, receipts := journaled(t, w.oem), filepath.Join(t.TempDir(), "receipts.jsonl")
	type result struct {
		stdout, stderr string
		err            error
	}
	done := make(chan result, 1)
	go func() {
		stdout, stderr, err := w.stack.Try(t.Context(), nil, "import", file, "--format", "jsonl", "--profile", "oem-admin", "--receipts", receipts)
		done <- result{stdout, stderr, err}
	}()
	await.Until(t, settleTime, func(ctx context.Context) string {
		status, err := w.oem.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err == nil && status.GetJournaled() > before {
			return ""
		}
		return fmt.Sprintf("nothing is journaled: %v, %v", status, err)
	})
	killed, err := w.stack.Kill("postgres")
	if err != nil {
		t.Fatal(err)
	}
	r := <-done
	if r.err != nil {
		t.Fatalf("pcc import: %v\n%s\n%s", r.err, r.stdout, r.stderr)
	}
	if !w.stack.Restarted(killed) {
		t.Error("the import was over before the database was killed")
	}
	const rows = cliVehicles * cliReadings
	if got := strings.Fields(r.stdout); !containsRun(got, "rows", "read", fmt.Sprint(rows)) || !containsRun(got, "rejected", "0") {
		t.Errorf("pcc import says:\n%s", r.stdout)
	}
	awaitJournaled(t, w.oem, before+rows)
	again := w.stack.Run(t, "import", file, "--format", "jsonl", "--profile", "oem-admin", "--receipts", receipts)
	if got := strings.Fields(again); !containsRun(got, "accepted", "0") || !containsRun(got, "known", "before", fmt.Sprint(rows)) {
		t.Errorf("the second run says:\n%s", again)
	}
	awaitJournaled(t, w.oem, before+rows)
	awaitAnchored(t, w.oem, "oem", before+rows)
	promises := w.stack.Run(t, "promises", receipts, "--profile", "oem-admin")
	if want := fmt.Sprintf("%d events kept, 0 open, 0 changed, 0 broken", 2*rows); !strings.Contains(promises, want) {
		t.Errorf("pcc promises says %q, want %q", promises, want)
	}
}

func writeHistory(t *testing.T, w *world, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	first := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	for range cliVehicles {
		_, _ = fmt.Fprintf(out, `{"vin":%q,"readings":[`, w.newVIN())
		for i := range cliReadings {
			comma := ","
			if i == cliReadings-1 {
				comma = ""
			}
			day := first.AddDate(0, i, 0).Format(time.DateOnly)
			_, _ = fmt.Fprintf(out, `{"time":%q,"value":"%d","unit":"km","kind":"odometer"}%s`, day, 1000*i, comma)
		}
		_, _ = fmt.Fprintln(out, "]}")
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}
