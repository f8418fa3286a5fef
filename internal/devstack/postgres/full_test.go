package postgres_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/postgres"
)

const (
	// fullDevice answers every write with ENOSPC.
	fullDevice = "/dev/full"
	// A server with no room stops, and again when it recovers: that needs room too.
	noRoom      = "No space left on device"
	noRoomTimes = 2
)

// TestFullDiskEndsWhenThereIsRoom has the kernel refuse the log's next file for want of space. A server that cannot say what is
// committed stops; it is started again until there is room, and then has all that it had confirmed and nothing else.
func TestFullDiskEndsWhenThereIsRoom(t *testing.T) {
	cfg := config(t)
	c, _ := start(t, cfg)
	conn, err := connect(t, c, postgres.Superuser, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 42 AS answer`); err != nil {
		t.Fatal(err)
	}
	const nextFile = `SELECT pg_walfile_name(pg_current_wal_lsn() + setting::numeric) FROM pg_settings WHERE name = 'wal_segment_size'`
	next := filepath.Join(cfg.Dir, "data", "pgdata", "pg_wal", query[string](t, conn, nextFile))
	if err := os.Symlink(fullDevice, next); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_switch_wal(); CREATE TABLE more ()`); err == nil {
		t.Fatal("the server confirmed what is not on its disk")
	}
	log := filepath.Join(filepath.Dir(cfg.Dir), "log", "postgres.log")
	await(t, "the server was not started again", func() bool {
		text, err := os.ReadFile(log)
		return err == nil && bytes.Count(text, []byte(noRoom)) >= noRoomTimes
	})
	if err := os.Remove(next); err != nil {
		t.Fatal(err)
	}
	await(t, "the server does not go on", func() bool {
		conn, err := connect(t, c, postgres.Superuser, "postgres")
		if err == nil {
			_, err = conn.Exec(t.Context(), `CREATE TABLE more ()`)
		}
		return err == nil
	})
	if got := query[int](t, reconnect(t, c), `SELECT answer FROM kept`); got != 42 {
		t.Errorf("kept %d", got)
	}
}

func await(t *testing.T, missing string, isSo func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for !isSo() {
		select {
		case <-deadline:
			t.Fatal(missing)
		case <-poll.C:
		}
	}
}
