package e2e_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// freezeTime is how long the database is frozen, unless freezeVariable says otherwise.
	freezeTime     = 15 * time.Second
	freezeVariable = "PCC_TEST_FREEZE"
	// memoryGrowth is by how much the ingest service may grow meanwhile, in bytes.
	memoryGrowth = 100 << 20
	// Many streams of the largest batches are what needs memory.
	frozenSenders  = 12
	frozenPerBatch = 1000
	// So many events are journaled before the database is frozen.
	warmEvents = 5 * frozenPerBatch
)

// testFrozenDatabase freezes PostgreSQL while streams send at full speed: they are held back, and go on by themselves.
func testFrozenDatabase(t *testing.T, w *world) {
	length := freezeTime
	if text := os.Getenv(freezeVariable); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", freezeVariable, err)
		}
	}
	passport, letters := w.newPassport(t, w.garage), ingestStatus(t, w.oem).GetDeadLetters()
	l := startLoad(t, w, w.oem, "oem", frozenSenders, frozenPerBatch)
	before := w.warmUp(t, l)
	thaw := w.stack.Freeze(t, "postgres")
	unary := make(chan error, 1)
	go func() { unary <- w.sendUnlessRefused(t, passport) }()
	most, acknowledged := w.watchLoad(t, l, length)
	thaw()
	t.Logf("frozen for %s: ingest grew from %d to %d MB, %d batches acknowledged meanwhile", length, before>>20, most>>20, acknowledged)
	if most-before > memoryGrowth {
		t.Errorf("ingest grew from %d to %d MB", before>>20, most>>20)
	}
	if err := <-unary; err != nil && !caller.Passing(err) {
		t.Errorf("a call meanwhile: %v, want it held back or told to come again", err)
	}
	l.awaitProgress(t, frozenSenders)
	l.finish(t, letters)
}

// sendUnlessRefused makes one call of the garage's that nothing bounds but the server.
func (w *world) sendUnlessRefused(t *testing.T, passport string) error {
	events := []*pb.CloudEvent{reading(t, "garage", passport, newID(), "1")}
	_, err := w.garage.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: events})
	return err
}

// warmUp waits until the whole way of events is in use, and returns the most memory that the ingest service had.
func (w *world) warmUp(t *testing.T, l *load) (most int64) {
	t.Helper()
	await.Until(t, settleTime, func(ctx context.Context) string {
		most = max(most, w.stack.Memory(t, "ingest"))
		status, err := l.caller.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err == nil && status.GetJournaled()-l.before >= warmEvents {
			return ""
		}
		return fmt.Sprintf("want %d more journaled than %d, have %v, %v", warmEvents, l.before, status, err)
	})
	return most
}

// watchLoad watches a load for so long. It returns the most memory that the ingest service had, and how many batches were
// acknowledged.
func (w *world) watchLoad(t *testing.T, l *load, length time.Duration) (most, acknowledged int64) {
	t.Helper()
	start, before := time.Now(), l.batches.Load()
	await.Until(t, 2*length, func(context.Context) string {
		most = max(most, w.stack.Memory(t, "ingest"))
		if passed := time.Since(start); passed < length {
			return fmt.Sprintf("watched for %s of %s", passed, length)
		}
		return ""
	})
	return most, l.batches.Load() - before
}
