package fsck_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

// TestNoDamageGoesUnnoticed does to random rows what an administrator can do, once or several times over: something is found, and
// nothing that is stored can end the examination. The one thing that it cannot know of is left out: whether a checkpoint before the
// newest was ever there.
func TestNoDamageGoesUnnoticed(t *testing.T) {
	db := newDB(t)
	const small = 256 + 40
	fill(t, db, "a", entries)
	fill(t, db, "b", small)
	const rounds = 200
	for round := range uint64(rounds) {
		random := rand.New(rand.NewPCG(1, round)) //nolint:gosec // the same rounds in every run
		var statements []string
		for range 1 + random.IntN(3) {
			statements = append(statements, randomDamage(random))
		}
		got := damaged(t, db, fsck.Options{}, statements...)
		if len(got) == 0 {
			t.Errorf("round %d: nothing was found after\n%s", round, strings.Join(statements, "\n"))
		}
	}
}

// randomDamage is a statement that leaves no sound journal. Those of several do not undo each other but by chance, which fixed rounds
// exclude.
func randomDamage(random *rand.Rand) string {
	seq := random.IntN(entries)
	kinds := []string{
		fmt.Sprintf("UPDATE journal_entry SET leaf = set_bit(leaf, %[2]d, 1 - get_bit(leaf, %[2]d)) WHERE stream = 'a' AND seq = %[1]d", seq, random.IntN(200)),
		fmt.Sprintf("UPDATE journal_entry SET leaf = leaf || '\\x00' WHERE stream = 'a' AND seq BETWEEN %d AND %d", seq, seq+random.IntN(300)),
		fmt.Sprintf("UPDATE journal_entry SET leaf = '\\x01' WHERE stream = 'a' AND seq = %d", seq),
		fmt.Sprintf("DELETE FROM journal_entry WHERE stream = 'a' AND seq BETWEEN %d AND %d", seq, seq+random.IntN(600)),
		fmt.Sprintf("UPDATE journal_entry SET seq = seq + %d WHERE stream = 'a' AND seq = %d", entries+random.IntN(1000), seq),
		fmt.Sprintf("UPDATE journal_entry SET stream = 'c' WHERE stream = 'a' AND seq = %d", seq),
		"UPDATE journal_entry SET stream = 'c' WHERE stream = 'a'",
		fmt.Sprintf("UPDATE journal_tile SET data = set_bit(data, %[2]d, 1 - get_bit(data, %[2]d)) WHERE stream = 'a' AND level = 0 AND idx = %[1]d",
			random.IntN(4), random.IntN(3000)),
		"UPDATE journal_tile SET data = set_bit(data, 700, 1 - get_bit(data, 700)) WHERE stream = 'a' AND level = 1",
		fmt.Sprintf("UPDATE journal_tile SET data = substr(data, 1, %d) WHERE stream = 'a' AND level = 0 AND idx = %d", 32*(1+random.IntN(90)), random.IntN(4)),
		fmt.Sprintf("DELETE FROM journal_tile WHERE stream = 'a' AND level = 0 AND idx = %d", random.IntN(4)),
		"DELETE FROM journal_tile WHERE level = 1",
		fmt.Sprintf("UPDATE journal_tile SET idx = idx + %d WHERE stream = 'a' AND level = 0 AND idx = %d", 4+random.IntN(100), random.IntN(4)),
		"UPDATE journal_tile SET level = 5 WHERE stream = 'a' AND level = 1",
		"UPDATE journal_checkpoint SET root = set_bit(root, 77, 1 - get_bit(root, 77)) WHERE stream = 'a'",
		"DELETE FROM journal_checkpoint WHERE (stream, size) IN (SELECT stream, max(size) FROM journal_checkpoint GROUP BY stream)",
		fmt.Sprintf("INSERT INTO journal_checkpoint (stream, size, root) VALUES ('a', %d, sha256('')) ON CONFLICT DO NOTHING", 500+random.IntN(1000)),
		"DELETE FROM journal_checkpoint WHERE stream = 'b'",
		"TRUNCATE journal_entry", "TRUNCATE journal_tile", "TRUNCATE journal_checkpoint",
		"DELETE FROM journal_tile WHERE level = 0",
	}
	return kinds[random.IntN(len(kinds))]
}
