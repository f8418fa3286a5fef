package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest"
)

// TestOldDeadLettersGoByThemselves keeps letters of two members around the end of their time.
func TestOldDeadLettersGoByThemselves(t *testing.T) {
	store, pool := newStore(t)
	now := time.Now()
	for i, age := range []time.Duration{ingest.KeepDeadLetters + time.Minute, ingest.KeepDeadLetters + time.Hour, ingest.KeepDeadLetters - time.Minute, 0} {
		at := now.Add(-age)
		letter := ingest.DeadLetter{ID: idAt(at), Member: fmt.Sprint("member-", i%2), ContentHash: sha256.Sum256([]byte{byte(i)}), CreatedAt: at}
		if err := store.AddDeadLetters(t.Context(), []ingest.DeadLetter{letter}); err != nil {
			t.Fatal(err)
		}
	}
	purger := ingest.Purger{Letters: store, Now: func() time.Time { return now }}
	for range 2 {
		if err := purger.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var left, counted int
	if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM dead_letter), (SELECT sum(dead_letters) FROM member_count)`).Scan(&left, &counted); err != nil {
		t.Fatal(err)
	}
	if left != 2 || counted != 2 {
		t.Errorf("%d letters are left and %d counted, want the 2 young ones", left, counted)
	}
}
