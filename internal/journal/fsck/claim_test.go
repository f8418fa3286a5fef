package fsck_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

func exec(t *testing.T, db *pgxpool.Pool, statements string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), "BEGIN; SET LOCAL session_replication_role = replica;"+statements+"; COMMIT"); err != nil {
		t.Fatal(err)
	}
}

// back up and restore copy all tables of the journal, as a dump does.
const (
	backUp = `CREATE TABLE kept_entry AS TABLE journal_entry; CREATE TABLE kept_tile AS TABLE journal_tile;
		CREATE TABLE kept_checkpoint AS TABLE journal_checkpoint`
	empty   = `TRUNCATE journal_entry, journal_tile, journal_checkpoint`
	restore = empty + `; INSERT INTO journal_entry TABLE kept_entry; INSERT INTO journal_tile TABLE kept_tile;
		INSERT INTO journal_checkpoint TABLE kept_checkpoint`
)

func claimOf(cp journal.Checkpoint, source string) fsck.Claim {
	return fsck.Claim{Stream: cp.Stream, Size: cp.Size, Root: cp.Root, Source: source}
}

// TestARestoredBackupIsFoundByWhatIsKeptElsewhere goes through what an operator can do with a whole journal: every state is sound
// in itself.
func TestARestoredBackupIsFoundByWhatIsKeptElsewhere(t *testing.T) {
	db := newDB(t)
	claims := []fsck.Claim{claimOf(appendSome(t, db, "a", 0, 100), "epochs/1"), claimOf(appendSome(t, db, "a", 100, 600), "epochs/2")}
	exec(t, db, backUp)
	appendSome(t, db, "a", 700, 50)
	claims = append(claims, claimOf(appendSome(t, db, "a", 750, 50), "epochs/3"))
	claims = append(claims, claims[1])
	for _, step := range []struct {
		what      string
		statement string
		then      func()
		want      []string
	}{
		{"as it was", "SELECT", nil, nil},
		{"an older state restored", restore, nil, []string{"JOURNAL_SHORTER a size 800"}},
		{"and gone on with", "SELECT", func() { appendSome(t, db, "a", 5000, 200) }, []string{"HISTORY_REWRITTEN a size 800"}},
		{"written anew", empty, func() { appendSome(t, db, "a", 9000, 100); appendSome(t, db, "a", 0, 900) },
			[]string{"HISTORY_REWRITTEN a size 100", "HISTORY_REWRITTEN a size 700", "HISTORY_REWRITTEN a size 800"}},
		{"emptied", empty, nil, []string{"STREAM_MISSING a size 800"}},
	} {
		exec(t, db, step.statement)
		if step.then != nil {
			step.then()
		}
		if _, found := check(t, db, fsck.Options{}); len(found.List()) != 0 {
			t.Errorf("%s: found without claims %v", step.what, short(found))
		}
		_, found := check(t, db, fsck.Options{Claims: claims})
		if got := short(found); !slices.Equal(got, step.want) {
			t.Errorf("%s: found %v, want %v", step.what, got, step.want)
		}
	}
}

func TestAFindingSaysUpToWhereTheHistoryAgrees(t *testing.T) {
	db := newDB(t)
	good := claimOf(appendSome(t, db, "a", 0, 100), "epochs/1")
	bad := claimOf(appendSome(t, db, "a", 100, 600), "epochs/2")
	bad.Root[0] ^= 1
	_, found := check(t, db, fsck.Options{Claims: []fsck.Claim{bad, good}})
	if list := found.List(); len(list) != 1 || !strings.Contains(list[0].Text, "agrees up to size 100 (epochs/1)") {
		t.Errorf("found %+v", list)
	}
}

// TestACheckpointOfAnAnchoredSizeIsMissed cannot be known without the claim: batches have any size.
func TestACheckpointOfAnAnchoredSizeIsMissed(t *testing.T) {
	db := newDB(t)
	claim := claimOf(appendSome(t, db, "a", 0, 100), "epochs/1")
	appendSome(t, db, "a", 100, 100)
	exec(t, db, "DELETE FROM journal_checkpoint WHERE size = 100")
	_, found := check(t, db, fsck.Options{Claims: []fsck.Claim{claim}})
	if got := short(found); !slices.Equal(got, []string{"CHECKPOINT_MISSING a size 100"}) {
		t.Errorf("found %v", got)
	}
}

func TestClaimsAreReadAsTheyAreWritten(t *testing.T) {
	db := newDB(t)
	appendSome(t, db, "a", 0, 100)
	appendSome(t, db, "b", 0, 300)
	heads, _ := check(t, db, fsck.Options{})
	var file bytes.Buffer
	if err := fsck.WriteClaims(&file, heads); err != nil {
		t.Fatal(err)
	}
	claims, err := fsck.ReadClaims(strings.NewReader("# kept on Friday\n\n"+file.String()), "file")
	if err != nil || len(claims) != 2 || claims[1].Size != 300 || claims[1].Source != "file" {
		t.Fatalf("claims %v, %v", claims, err)
	}
	if _, found := check(t, db, fsck.Options{Claims: claims}); len(found.List()) != 0 {
		t.Errorf("found %v", short(found))
	}
}

func TestUnusableClaimsAreRefused(t *testing.T) {
	const root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	for name, text := range map[string]string{
		"two fields": "a 5", "a negative size": "a -5 " + root, "a huge size": "a 9223372036854775807 " + root, "a short root": "a 5 AAAA",
		"no base64": "a 5 !" + root[1:],
	} {
		if _, err := fsck.ReadClaims(strings.NewReader(text), "file"); !errors.Is(err, fsck.ErrClaims) {
			t.Errorf("%s: %v", name, err)
		}
	}
	db := newDB(t)
	claims := []fsck.Claim{{Stream: "a", Size: 5, Source: "x"}, {Stream: "a", Size: 5, Root: journal.Hash{1}, Source: "y"}}
	err := fsck.Snapshot(t.Context(), db, func(tx pgx.Tx) error {
		_, err := fsck.Check(t.Context(), tx, fsck.Options{Claims: claims}, &fsck.Findings{})
		return err
	})
	if !errors.Is(err, fsck.ErrClaims) {
		t.Errorf("two roots at one size: %v", err)
	}
}
