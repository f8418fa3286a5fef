package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDryRunReportsEveryRejectedRow needs no platform: nothing is sent.
func TestDryRunReportsEveryRejectedRow(t *testing.T) {
	folder := t.TempDir()
	file, rejects := filepath.Join(folder, "mot.txt"), filepath.Join(folder, "rejects.jsonl")
	const rows = "test_id|vehicle_id|test_date|test_type|test_result|test_mileage\n" +
		"1|7|2023-01-02|NT|P|61234\n2|7|soon|NT|P|61234\n3|7|2023-01-03|NT|P|many\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := newImport(&environment{stdout: &out, stderr: &out})
	c.SetArgs([]string{"--format", "uk-mot", "--dry-run", "--rejects", rejects, file})
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"line 3, row 1: TIME_INVALID: ", "line 4, row 1: ODOMETER_MALFORMED: ", "nothing was sent", "to be sent            1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
	written, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(written)), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"line":3,"row":1,"code":"TIME_INVALID","reason":"`) {
		t.Errorf("rejects = %q", lines)
	}
}

func TestImportEndsWhereRejectsCannotBeWritten(t *testing.T) {
	var out bytes.Buffer
	c := newImport(&environment{stdout: &out, stderr: &out})
	c.SetArgs([]string{"--dry-run", "--rejects", filepath.Join(t.TempDir(), "none", "rejects.jsonl")})
	c.SilenceErrors, c.SilenceUsage = true, true
	if err := c.ExecuteContext(t.Context()); err == nil {
		t.Error("no error")
	}
}
