package nats_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

// fullDevice answers every write with ENOSPC.
const fullDevice = "/dev/full"

// TestFullDiskEndsWhenThereIsRoom has the kernel refuse the stream's next file for want of space, then take it.
func TestFullDiskEndsWhenThereIsRoom(t *testing.T) {
	const message, atMost = 200 << 10, 1000
	b := newBroker(t)
	b.serve(t)
	b.admit(t, "oem")
	conn := b.connect(t, "oem", natsaccounts.Permissions{})
	js := streams(t, conn)
	createStream(t, js, "events.>")
	publish := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := js.Publish(ctx, "events.x", make([]byte, message))
		return err
	}
	if err := publish(); err != nil {
		t.Fatal(err)
	}
	next := nextFile(t, b.cfg.Dir)
	if err := os.Symlink(fullDevice, next); err != nil {
		t.Fatal(err)
	}
	confirmed := uint64(1)
	for publish() == nil {
		if confirmed++; confirmed > atMost {
			t.Fatal("the stream never needs its next file")
		}
	}
	if err := os.Remove(next); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for conn.Stats().Reconnects == 0 || publish() != nil {
		select {
		case <-deadline:
			t.Fatal("the server does not start anew")
		case <-poll.C:
		}
	}
	stream, err := js.Stream(t.Context(), "EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Msgs; n <= confirmed {
		t.Errorf("%d messages, want the %d that were confirmed and one more", n, confirmed)
	}
}

// nextFile is where the only stream, still in its first file, continues.
func nextFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "*", "msgs", "1.blk"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files of the stream: %v, %v", files, err)
	}
	return filepath.Join(filepath.Dir(files[0]), "2.blk")
}
