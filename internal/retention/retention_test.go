package retention_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/retention"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

func TestSweepDeletesOnlyWhatIsOld(t *testing.T) {
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	pool := testkit.Schema(t, "anchor", sources...)
	now := time.Now()
	for name, at := range map[string]time.Time{"old": now.Add(-retention.Keep - time.Minute), "young": now.Add(-retention.Keep + time.Minute)} {
		if _, err := pool.Exec(t.Context(), `INSERT INTO inbox (consumer, message_id, received_at) VALUES ('c', $1, $2)`, name, at); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(t.Context(), `INSERT INTO idempotency (subject, method, request_id, request_hash, response, created_at)
			VALUES ($1, 'm', gen_random_uuid(), '', '', $2)`, name, at); err != nil {
			t.Fatal(err)
		}
	}
	sweeper := &retention.Sweeper{Pool: pool, Logger: slog.New(slog.DiscardHandler)}
	deleted, err := sweeper.Sweep(t.Context(), now)
	if err != nil || deleted != 2 {
		t.Fatalf("Sweep = %d, %v; want the two old rows", deleted, err)
	}
	var left string
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(message_id, ',') FROM inbox`).Scan(&left); err != nil || left != "young" {
		t.Errorf("inbox holds %q, %v", left, err)
	}
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(subject, ',') FROM idempotency`).Scan(&left); err != nil || left != "young" {
		t.Errorf("idempotency holds %q, %v", left, err)
	}
}

func TestTheAuditCannotBeTruncated(t *testing.T) {
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := testkit.Schema(t, "anchor", sources...).Exec(t.Context(), `TRUNCATE audit`); err == nil {
		t.Error("the audit was truncated")
	}
}
