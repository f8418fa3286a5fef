package journal_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/journal"
)

func TestSchemaRefusesEveryChangeButGrowth(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("x", 3)); err != nil {
		t.Fatal(err)
	}
	const restrictViolation, checkViolation = "23001", "23514"
	for statement, code := range map[string]string{
		"UPDATE journal_entry SET leaf = 'y'":                          restrictViolation,
		"UPDATE journal_entry SET key = sha256('y')":                   restrictViolation,
		"INSERT INTO journal_entry VALUES ('s', 9, 'leaf', 'key')":     checkViolation,
		"DELETE FROM journal_entry":                                    restrictViolation,
		"TRUNCATE journal_entry":                                       restrictViolation,
		"UPDATE journal_checkpoint SET root = root":                    restrictViolation,
		"DELETE FROM journal_checkpoint":                               restrictViolation,
		"TRUNCATE journal_checkpoint":                                  restrictViolation,
		"DELETE FROM journal_tile":                                     restrictViolation,
		"TRUNCATE journal_tile":                                        restrictViolation,
		"UPDATE journal_tile SET data = data":                          restrictViolation,
		"UPDATE journal_tile SET data = substring(data FROM 1 FOR 64)": restrictViolation,
		"UPDATE journal_tile SET data = sha256('x') || data":           restrictViolation,
		"UPDATE journal_tile SET idx = 7, data = data || sha256('x')":  restrictViolation,
		"UPDATE journal_tile SET data = data || 'x'":                   checkViolation,
	} {
		var pgErr *pgconn.PgError
		if _, err := db.Exec(ctx, statement); !errors.As(err, &pgErr) || pgErr.Code != code {
			t.Errorf("%s: error %v, want SQLSTATE %s", statement, err, code)
		}
	}
}

func TestDamagedTilesAreFoundBeforeTheyAreUsed(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("x", 300)); err != nil {
		t.Fatal(err)
	}
	damage := `
		ALTER TABLE journal_tile DISABLE TRIGGER ALL;
		UPDATE journal_tile SET data = set_byte(data, 20, get_byte(data, 20) # 1);
		ALTER TABLE journal_tile ENABLE TRIGGER ALL`
	if _, err := db.Exec(ctx, damage); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.InclusionProof(ctx, db, "s", 1, 300); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("InclusionProof: %v, want ErrCorrupt", err)
	}
	if _, err := journal.ConsistencyProof(ctx, db, "s", 7, 300); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("ConsistencyProof: %v, want ErrCorrupt", err)
	}
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("y", 1)); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("Append: %v, want ErrCorrupt", err)
	}
	if _, err := db.Exec(ctx, "ALTER TABLE journal_tile DISABLE TRIGGER ALL; DELETE FROM journal_tile"); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.InclusionProof(ctx, db, "s", 1, 300); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("InclusionProof without tiles: %v, want ErrCorrupt", err)
	}
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("y", 1)); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("Append without tiles: %v, want ErrCorrupt", err)
	}
}

func TestLimitsAreRefused(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		stream string
		leaves []journal.Leaf
		want   error
	}{
		"no leaves":       {"s", nil, journal.ErrInvalid},
		"batch too long":  {"s", leavesOf("x", journal.MaxBatch+1), journal.ErrInvalid},
		"no stream":       {"", leavesOf("x", 1), journal.ErrInvalid},
		"stream too long": {strings.Repeat("s", journal.MaxStreamNameBytes+1), leavesOf("x", 1), journal.ErrInvalid},
		"not a frame":     {"s", []journal.Leaf{{Frame: []byte("bare bytes")}}, journal.ErrMalformedLeaf},
	} {
		if _, _, err := appendLeaves(ctx, db, c.stream, c.leaves); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("x", 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.InclusionProof(ctx, db, "s", 4, 4); !errors.Is(err, journal.ErrInvalid) {
		t.Errorf("entry beyond the checkpoint: %v", err)
	}
	if _, err := journal.InclusionProof(ctx, db, "s", 0, 3); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("size without checkpoint: %v", err)
	}
	if _, err := journal.ConsistencyProof(ctx, db, "s", 0, 4); !errors.Is(err, journal.ErrInvalid) {
		t.Errorf("empty old tree: %v", err)
	}
	if _, err := journal.Entries(ctx, db, "s", 0, journal.MaxPage+1); !errors.Is(err, journal.ErrInvalid) {
		t.Errorf("page too long: %v", err)
	}
	if _, err := journal.EntriesAt(ctx, db, "s", []uint64{1, 9}); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("missing entry: %v", err)
	}
}

func TestReads(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	leaves := leavesOf("x", 5)
	for _, stream := range []string{"b", "a"} {
		for _, batch := range [][]journal.Leaf{leaves[:2], leaves[2:]} {
			if _, _, err := appendLeaves(ctx, db, stream, batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	cps, err := journal.Checkpoints(ctx, db)
	if err != nil || len(cps) != 2 || cps[0].Stream != "a" || cps[1].Stream != "b" || cps[0].Size != 5 {
		t.Fatalf("Checkpoints = %+v, %v", cps, err)
	}
	if cp, err := journal.CheckpointAt(ctx, db, "a", 2); err != nil || cp.Size != 2 || cp.CreatedAt.IsZero() {
		t.Fatalf("CheckpointAt = %+v, %v", cp, err)
	}
	page, err := journal.Entries(ctx, db, "a", 3, 10)
	if err != nil || len(page) != 2 || page[0].Seq != 3 || page[0].Key != leaves[3].Key || string(page[0].Frame) != string(leaves[3].Frame) {
		t.Fatalf("Entries = %+v, %v", page, err)
	}
	some, err := journal.EntriesAt(ctx, db, "a", []uint64{4, 0})
	if err != nil || len(some) != 2 || some[0].Seq != 0 || some[1].Seq != 4 {
		t.Fatalf("EntriesAt = %+v, %v", some, err)
	}
}
