package e2e_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/e2e/internal/await"
)

const (
	// Every killEvery the ingest service or the broker is killed, in turn, so many times in all: as often as the supervisor
	// starts each of them again within a minute, less one.
	killEvery  = 2 * time.Second
	killsInRow = 8
	// Small batches keep what is left to journal after twenty seconds at full speed, and so the test, short.
	killSenders  = 2
	killPerBatch = 50
)

// testKillsInARow kills the ingest service and the broker again and again under load.
func testKillsInARow(t *testing.T, w *world) {
	letters := ingestStatus(t, w.garage).GetDeadLetters()
	l := startLoad(t, w, w.garage, "garage", killSenders, killPerBatch)
	l.awaitProgress(t, killSenders)
	clock := time.NewTicker(killEvery)
	defer clock.Stop()
	for i := range killsInRow {
		part := []string{"ingest", "nats"}[i%2]
		killed, err := w.stack.Kill(part)
		if err != nil {
			t.Fatal(err)
		}
		await.Until(t, settleTime, func(context.Context) string {
			if w.stack.Restarted(killed) {
				return ""
			}
			return fmt.Sprintf("%s was not started again", part)
		})
		<-clock.C
	}
	<-clock.C
	<-clock.C // twenty seconds of load
	l.finish(t, letters)
}
