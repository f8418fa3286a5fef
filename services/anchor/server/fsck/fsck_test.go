package fsck_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
	anchorfsck "github.com/pcc-platform/pcc/services/anchor/server/fsck"
)

// epochs is how many are stored. Every one takes entries of three streams but the fourth, which takes one of no list.
const (
	epochs   = 8
	unlisted = 4
)

// newDB has so many epochs.
func newDB(t *testing.T, n uint64) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	db := testkit.Schema(t, "anchor", sources...)
	store, state, previous := postgres.New(db), epoch.Start(), model.Hash{}
	lists := anchor.NewLists(store)
	for number := uint64(1); number <= n; number++ {
		b := epoch.Begin(state, lists.Load)
		for _, stream := range []string{"ingest/garage", "ingest/oem", "keys/oem"} {
			if err := b.Add(t.Context(), stream, entriesOf(number, stream)); err != nil {
				t.Fatal(err)
			}
		}
		change, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		state, previous = keep(t, store, number, previous, change)
		lists.Put(number, change.Lists)
	}
	return db
}

// entriesOf are of two lists that all epochs grow and of a new one. No two keys differ by one bit alone.
func entriesOf(number uint64, stream string) []proof.Entry {
	commitment := proof.Hash{byte(number), byte(len(stream))}
	switch {
	case stream == "keys/oem":
		if number == unlisted {
			return []proof.Entry{{Commitment: commitment}}
		}
		return nil
	case number == unlisted:
		return nil
	}
	return []proof.Entry{
		{Key: proof.Key{1}, Commitment: commitment}, {Key: proof.Key{2, stream[9]}, Commitment: commitment},
		{Key: proof.Key{3, stream[9], byte(number)}, Commitment: commitment},
	}
}

func keep(t *testing.T, store *postgres.Store, number uint64, previous model.Hash, change *epoch.Change) (epoch.State, model.Hash) {
	t.Helper()
	content := change.Next.Content()
	record := model.EpochRecord{
		Number: number, PreviousHash: previous, TimeUnixMilli: int64(number), // #nosec G115 -- small
		MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys, Streams: content.Streams,
	}
	text, err := record.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	c, err := anchor.ParseCandidate(string(text))
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := record.IndexLeaf()
	if err != nil {
		t.Fatal(err)
	}
	state, err := change.Next.WithRecord(headproof.Hash(leaf))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.AddCandidate(t.Context(), c, change, state.Index); err != nil {
		t.Fatal(err)
	}
	return state, c.Hash
}

// damaged examines the schema after an administrator's statements, whose effect is then undone. Each line is "REASON stream: place".
func damaged(t *testing.T, db *pgxpool.Pool, claims []fsck.Claim, statements ...string) (lines []string) {
	t.Helper()
	tx, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	for _, s := range append([]string{"SET LOCAL session_replication_role = replica"}, statements...) {
		if _, err := tx.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	found := &fsck.Findings{}
	if _, err := anchorfsck.Check(t.Context(), tx, fsck.Options{Claims: claims}, found); err != nil {
		t.Fatalf("%v: %v", statements, err)
	}
	for _, f := range found.List() {
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", f.Reason, f.Stream, f.Place)), " "))
	}
	return lines
}

func flip(table, column string, bit int, where string) string {
	return fmt.Sprintf("UPDATE %[1]s SET %[2]s = set_bit(%[2]s, %[3]d, 1 - get_bit(%[2]s, %[3]d)) WHERE %[4]s", table, column, bit, where)
}

// older undoes the last epochs in a table, as the restoring of its older backup does.
func older(table, column string) string {
	return fmt.Sprintf("DELETE FROM %s WHERE %s > 6", table, column)
}

func TestWhatWasDamagedIsFoundAndNamed(t *testing.T) {
	db := newDB(t, epochs)
	const shared = "get_byte(key, 0) = 1" // the list that every epoch grows, but for the fourth
	for name, c := range map[string]struct {
		statements []string
		want       []string
	}{
		"nothing": {},
		"a bit of a list that grows again": {
			[]string{flip("heads", "list", 100, shared+" AND epoch = 2")}, []string{"HEADS_CHANGED epoch 2"},
		},
		"a bit of a list that does not grow again": {
			[]string{flip("heads", "list", 100, "get_byte(key, 0) = 3 AND epoch = 3")}, []string{"HEADS_CHANGED epoch 3"},
		},
		"bits of two epochs, with a sound one between": {
			[]string{flip("heads", "list", 100, shared+" AND epoch IN (2, 6)")}, []string{"HEADS_CHANGED epoch 2", "HEADS_CHANGED epoch 6"},
		},
		"a bit of a count": {
			[]string{flip("heads", "list", 56, shared+" AND epoch = 2")}, []string{"HEAD_UNREADABLE epoch 2", "HEADS_CHANGED epoch 2"},
		},
		"a bit of a key": {
			[]string{flip("heads", "key", 200, shared+" AND epoch = 8")}, []string{"HEADS_CHANGED epoch 8"},
		},
		"a key cut short": {
			[]string{"UPDATE heads SET key = substr(key, 1, 31) WHERE epoch = 8 AND " + shared}, []string{"HEAD_UNREADABLE epoch 8", "HEADS_CHANGED epoch 8"},
		},
		"a list gone": {
			[]string{"DELETE FROM heads WHERE epoch = 8 AND " + shared}, []string{"HEADS_CHANGED epoch 8"},
		},
		"the lists of an epoch gone": {
			[]string{"DELETE FROM heads WHERE epoch = 5"}, []string{"HEADS_MISSING epoch 5"},
		},
		"an older state of a list put back": {
			[]string{"UPDATE heads SET list = (SELECT list FROM heads WHERE epoch = 6 AND " + shared + ") WHERE epoch = 8 AND " + shared},
			[]string{"HEAD_UNREADABLE epoch 8", "HEADS_CHANGED epoch 8"},
		},
		"two lists swapped": {
			[]string{"UPDATE heads SET list = (SELECT list FROM heads WHERE epoch = 1 AND get_byte(key, 0) = 3 LIMIT 1) WHERE epoch = 3 AND get_byte(key, 0) = 3"},
			[]string{"HEADS_CHANGED epoch 3"},
		},
		"a list twice": {
			[]string{"ALTER TABLE heads DROP CONSTRAINT heads_pkey", "INSERT INTO heads SELECT * FROM heads WHERE epoch = 8 AND " + shared}, []string{"ROW_DUPLICATE epoch 8"},
		},
		"lists of no epoch": {
			[]string{"INSERT INTO heads SELECT key, 0, list FROM heads WHERE epoch = 8; INSERT INTO heads SELECT key, 9, list FROM heads WHERE epoch = 8"},
			[]string{"HEADS_BEYOND heads", "HEADS_BEYOND heads"},
		},
		"heads truncated":        {[]string{"TRUNCATE heads"}, append(missingHeads(1), "TABLE_EMPTY heads")},
		"an old backup of heads": {[]string{older("heads", "epoch")}, missingHeads(7)},
		"a bit of an extent": {
			[]string{flip("extents", "list", 100, "stream = 'ingest/oem' AND epoch = 3")}, []string{"EXTENT_CHANGED ingest/oem epoch 3"},
		},
		"the size of an extent": {
			[]string{"UPDATE extents SET size = size + 1000 WHERE stream = 'ingest/oem' AND epoch = 3"}, []string{"EXTENT_CHANGED ingest/oem epoch 3"},
		},
		"an extent gone": {
			[]string{"DELETE FROM extents WHERE stream = 'keys/oem'"}, []string{"EXTENT_MISSING keys/oem epoch 4"},
		},
		"an extent of a stream that did not grow": {
			[]string{"INSERT INTO extents VALUES ('keys/oem', 5, 99, '')"}, []string{"EXTENT_BEYOND keys/oem epoch 5"},
		},
		"an extent moved": {
			[]string{"UPDATE extents SET epoch = 4 WHERE stream = 'ingest/oem' AND epoch = 3"},
			[]string{"EXTENT_MISSING ingest/oem epoch 3", "EXTENT_BEYOND ingest/oem epoch 4"},
		},
		"extents truncated":        {[]string{"TRUNCATE extents"}, append(missingExtents(1), "TABLE_EMPTY extents")},
		"an old backup of extents": {[]string{older("extents", "epoch")}, missingExtents(7)},
		"a candidate gone":         {[]string{"DELETE FROM candidates WHERE number = 3"}, []string{"CANDIDATE_MISSING index epoch 3"}},
		"a candidate changed": {
			[]string{"ALTER TABLE candidates DROP CONSTRAINT candidates_hash_is_of_record; UPDATE candidates SET record = replace(record, E'\\n3\\n', E'\\n4\\n') WHERE number = 3"},
			[]string{"CANDIDATE_CHANGED index epoch 3"},
		},
		"a candidate that nobody cut": {
			[]string{"INSERT INTO candidates SELECT 9, record_hash, record FROM candidates WHERE number = 8"}, []string{"CANDIDATE_BEYOND index epoch 9"},
		},
		"candidates truncated": {[]string{"TRUNCATE candidates CASCADE"}, slices.Concat(
			numbered("CANDIDATE_MISSING index", 1, 2, 3, 4, 5, 6, 7, 8), missingExtents(1), // CASCADE empties these, too
			[]string{"TABLE_EMPTY candidates", "TABLE_EMPTY extents"})},
		"a guard switched off": {[]string{"ALTER TABLE heads DISABLE TRIGGER heads_no_truncate"}, []string{"GUARD_MISSING heads"}},
		"a record rewritten":   {[]string{flip("journal_entry", "leaf", 400, "seq = 2")}, []string{"RECORD_UNREADABLE index epoch 3", "ENTRY_CHANGED index entry 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := damaged(t, db, nil, c.statements...)
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// numbered are findings of epochs.
func numbered(what string, numbers ...int) (lines []string) {
	for _, n := range numbers {
		lines = append(lines, fmt.Sprintf("%s epoch %d", what, n))
	}
	return lines
}

// missingHeads are the findings when heads has nothing from an epoch on.
func missingHeads(from int) []string {
	return numbered("HEADS_MISSING", slices.DeleteFunc([]int{1, 2, 3, 5, 6, 7, 8}, func(n int) bool { return n < from })...)
}

// missingExtents are the findings when extents has nothing from an epoch on.
func missingExtents(from int) (lines []string) {
	for n := from; n <= epochs; n++ {
		if n == unlisted {
			lines = append(lines, numbered("EXTENT_MISSING keys/oem", n)...)
			continue
		}
		lines = append(lines, slices.Concat(numbered("EXTENT_MISSING ingest/garage", n), numbered("EXTENT_MISSING ingest/oem", n))...)
	}
	return lines
}

// TestNoFlippedBitGoesUnnoticed flips one bit of what is stored anywhere.
func TestNoFlippedBitGoesUnnoticed(t *testing.T) {
	db := newDB(t, epochs)
	random := rand.New(rand.NewPCG(7, 7)) // #nosec G404 -- the same in every run
	for range 100 {
		table, column := "heads", []string{"key", "list"}[random.IntN(2)]
		if random.IntN(3) == 0 {
			table, column = "extents", "list"
		}
		statement := fmt.Sprintf(`WITH one AS (SELECT ctid AS at, floor(random() * 8 * length(%[2]s))::int AS bit FROM %[1]s ORDER BY random() LIMIT 1)
			UPDATE %[1]s SET %[2]s = set_bit(%[2]s, one.bit, 1 - get_bit(%[2]s, one.bit)) FROM one WHERE %[1]s.ctid = one.at`, table, column)
		seed := fmt.Sprintf("SELECT setseed(%f)", random.Float64())
		if len(damaged(t, db, nil, seed, statement)) == 0 {
			t.Errorf("nothing was found after %s; %s", seed, statement)
		}
	}
}

// TestARestoredSchemaIsFoundByWhatIsKeptElsewhere takes all tables back together: sound in themselves, and older than the ledger.
func TestARestoredSchemaIsFoundByWhatIsKeptElsewhere(t *testing.T) {
	db := newDB(t, epochs)
	tx, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	heads, err := anchorfsck.Check(t.Context(), tx, fsck.Options{}, &fsck.Findings{})
	if err != nil || len(heads) != 1 {
		t.Fatalf("%v, %v", heads, err)
	}
	claim := fsck.Claim{Stream: heads[0].Stream, Size: heads[0].Size, Root: proof.Hash(heads[0].Root), Source: "epochs/8"}
	restored := newDB(t, epochs-2)
	if got := damaged(t, restored, nil); len(got) != 0 {
		t.Errorf("an older state is not sound: %q", got)
	}
	if got := damaged(t, restored, []fsck.Claim{claim}); !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "JOURNAL_SHORTER index") }) {
		t.Errorf("found %q", got)
	}
}
