package testkit_test

import (
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"
	rts "github.com/ory/keto/proto/ory/keto/relation_tuples/v1alpha2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/testkit"
)

func migrations() fstest.MapFS {
	return fstest.MapFS{"sql/garage/00001_visits.sql": {Data: []byte("-- +goose Up\nCREATE TABLE visits (id int PRIMARY KEY);\n")}}
}

func count(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM visits`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachDatabaseIsFresh(t *testing.T) {
	first, second := testkit.Migrated(t, migrations(), "sql/garage"), testkit.Migrated(t, migrations(), "sql/garage")
	if _, err := first.Exec(t.Context(), `INSERT INTO visits VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	if a, b := count(t, first), count(t, second); a != 1 || b != 0 {
		t.Errorf("first has %d, second %d rows; want 1 and 0", a, b)
	}
	if _, err := testkit.Postgres(t).Exec(t.Context(), `SELECT FROM visits`); err == nil {
		t.Error("an unmigrated database has the table")
	}
}

func TestDatabaseIsDroppedAfterItsTest(t *testing.T) {
	var name string
	t.Run("user", func(t *testing.T) {
		if err := testkit.Postgres(t).QueryRow(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	var left int
	err := testkit.Postgres(t).QueryRow(t.Context(), `SELECT count(*) FROM pg_database WHERE datname = $1`, name).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d databases named %s left, %v", left, name, err)
	}
}

func TestNATSHasJetStream(t *testing.T) {
	info, err := testkit.NATS(t).JetStream.AccountInfo(t.Context())
	if err != nil || info.Streams != 0 {
		t.Errorf("account %+v, %v; want no streams", info, err)
	}
}

func TestKetoAnswers(t *testing.T) {
	conn, err := grpc.NewClient(testkit.Keto(t).Read, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	got, err := rts.NewCheckServiceClient(conn).Check(t.Context(), &rts.CheckRequest{Tuple: &rts.RelationTuple{
		Namespace: "Member", Object: testkit.ID("member"), Relation: "ingest_events", Subject: rts.NewSubjectID(testkit.ID("subject")),
	}})
	if err != nil || got.GetAllowed() {
		t.Errorf("a stranger may: %v, %v; want a refusal", got.GetAllowed(), err)
	}
}
