package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/migrate"
	"github.com/pcc-platform/pcc/internal/testkit"
)

// fsckDatabase has a stream of 300 entries; url is in a file.
func fsckDatabase(t *testing.T) (conn *pgx.Conn, urlFile string, cp journal.Checkpoint) {
	t.Helper()
	ctx := t.Context()
	url := testkit.SchemaURL(t, "journal", migrate.Source{Name: "journal", Files: os.DirFS("../../migrations/journal")})
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	leaves := make([]journal.Leaf, 300)
	for i := range leaves {
		leaves[i] = journal.Leaf{Frame: journal.Frame("test.v1.Note", [16]byte{}, fmt.Appendf(nil, "note %d", i))}
	}
	if _, err := conn.Exec(ctx, "SET search_path = journal"); err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		_, cp, err = journal.Append(ctx, tx, "ingest/a", leaves)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return conn, writeFile(t, "url", url), cp
}

func writeFile(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func runFsck(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	code = Main(append([]string{"fsck", "--schema", "journal"}, args...), strings.NewReader(""), &out, &problems)
	return code, out.String(), problems.String()
}

func TestFsckTellsByItsExitCode(t *testing.T) {
	conn, url, cp := fsckDatabase(t)
	record := model.EpochRecord{
		Number: 1, TimeUnixMilli: 1, MapRoot: model.EmptyMapRoot(),
		Streams: []model.StreamCheckpoint{{Stream: "ingest/a", Size: cp.Size, Root: model.Hash(cp.Root)}},
	}
	epoch, err := record.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	longer := fmt.Sprintf("ingest/a 301 %s\n", base64.StdEncoding.EncodeToString(cp.Root[:]))
	step := func(what string, want int, wantOut string, args ...string) {
		t.Helper()
		code, stdout, stderr := runFsck(t, args...)
		if code != want || !strings.Contains(stdout, wantOut) {
			t.Errorf("%s: exit code %d, want %d and %q\n%s\n%s", what, code, want, wantOut, stdout, stderr)
		}
	}
	step("sound", 0, "1 streams, 300 entries", "--database-url-file", url)
	step("sound, by an epoch's record", 0, "compared with 1 checkpoints", "--database-url-file", url, "--checkpoints", writeFile(t, "epoch", string(epoch)))
	step("shorter than it was", 1, "JOURNAL_SHORTER", "--database-url-file", url, "--checkpoints", writeFile(t, "longer", longer))
	step("no database", 2, "", "--database-url-file", writeFile(t, "nowhere", "postgres://nobody@127.0.0.1:1/none"))
	step("no url", 2, "")
	step("no such schema", 2, "", "--database-url-file", url, "--schema", "elsewhere")
	step("no such flag", 2, "", "--elsewhere")
	step("an argument", 2, "", "elsewhere")
	if _, err := conn.Exec(t.Context(), "ALTER TABLE journal_entry DISABLE TRIGGER USER; DELETE FROM journal_entry WHERE seq = 7"); err != nil {
		t.Fatal(err)
	}
	step("damaged", 1, "ENTRY_MISSING", "--database-url-file", url)
}

func TestFsckKeepsWhatItComparesWithLater(t *testing.T) {
	_, url, cp := fsckDatabase(t)
	kept := filepath.Join(t.TempDir(), "kept")
	code, stdout, stderr := runFsck(t, "--database-url-file", url, "--keep", kept, "--output", "json")
	var report fsckReport
	if err := json.Unmarshal([]byte(stdout), &report); code != 0 || err != nil || report.Findings == nil || string(report.Streams[0].Root) != string(cp.Root[:]) {
		t.Errorf("exit code %d, %v\n%s\n%s", code, err, stdout, stderr)
	}
	if code, stdout, _ := runFsck(t, "--database-url-file", url, "--checkpoints", kept); code != 0 || !strings.Contains(stdout, "compared with 1") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}
