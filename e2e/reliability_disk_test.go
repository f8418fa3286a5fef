package e2e_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/e2e/internal/await"
)

const (
	// The queue holds so many messages while the disk is full: more than wait while the writer works.
	diskQueue    = "max_messages: 100"
	diskSenders  = 4
	diskPerBatch = 200
	// fullTime is how long the platform is left with both full.
	fullTime = 3 * time.Second
	// noRoom is how PostgreSQL begins to say that a table cannot grow.
	noRoom = "could not extend file"
)

// testFullDisk takes PostgreSQL the room to grow while streams send at full speed. What was acknowledged waits in the queue,
// which pushes back when it is full in its turn; with room again all of it is journaled without anybody's help.
func testFullDisk(t *testing.T, w *world) {
	letters := ingestStatus(t, w.oem).GetDeadLetters()
	w.reconfigureIngest(t, wideQueue, diskQueue)
	l := startLoad(t, w, w.oem, "oem", diskSenders, diskPerBatch)
	before := w.warmUp(t, l)
	room := w.stack.FillDisk(t, "postgres", "postgres/data")
	await.Until(t, settleTime, func(context.Context) string {
		if !bytes.Contains(w.stack.Log(t, "ingest"), []byte(noRoom)) {
			return "the writer does not say that the disk is full"
		}
		return ""
	})
	w.awaitFullQueue(t)
	most, _ := w.watchLoad(t, l, fullTime)
	stuck := ingestStatus(t, w.oem)
	room()
	t.Logf("with a full disk %d messages waited; ingest grew from %d to %d MB", stuck.GetPendingBatches(), before>>20, most>>20)
	if stuck.GetPendingBatches() == 0 {
		t.Error("nothing waits, though nothing could be written")
	}
	if most-before > memoryGrowth {
		t.Errorf("ingest grew from %d to %d MB", before>>20, most>>20)
	}
	l.awaitProgress(t, diskSenders)
	l.finish(t, letters)
	w.reconfigureIngest(t, diskQueue, wideQueue)
}
