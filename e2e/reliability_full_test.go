package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc/codes"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// The queue holds any number of messages, or two.
	wideQueue   = "max_messages: 0"
	narrowQueue = "max_messages: 2"
	// More batches are under way at once than a narrow queue takes.
	fullSenders  = 8
	fullPerBatch = 50
)

// testFullQueue gives the broker next to no room for what waits: streams are held back, calls are told when to come again,
// and with room again everything flows.
func testFullQueue(t *testing.T, w *world) {
	letters := ingestStatus(t, w.oem).GetDeadLetters()
	w.reconfigureIngest(t, wideQueue, narrowQueue)
	l := startLoad(t, w, w.oem, "oem", fullSenders, fullPerBatch)
	w.awaitFullQueue(t)
	l.awaitProgress(t, fullSenders) // held back, not shut out
	w.reconfigureIngest(t, narrowQueue, wideQueue)
	l.awaitProgress(t, 4*fullSenders)
	l.finish(t, letters)
}

// awaitFullQueue calls as a member of few events until the queue has no room for them.
func (w *world) awaitFullQueue(t *testing.T) {
	t.Helper()
	passport := w.newPassport(t, w.garage)
	await.Until(t, settleTime, func(ctx context.Context) string {
		events := []*pb.CloudEvent{reading(t, "garage", passport, newID(), "1")}
		_, err := w.garage.Ingest.IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: events})
		f := caller.FaultOf(err)
		if f.Reason != "QUEUE_FULL" {
			return fmt.Sprintf("the queue is not full: %v", err)
		}
		if f.Code != codes.ResourceExhausted || f.Retry <= 0 {
			t.Errorf("QUEUE_FULL comes as %v", &f)
		}
		return ""
	})
}

// reconfigureIngest starts the ingest service again with another configuration.
func (w *world) reconfigureIngest(t *testing.T, from, to string) {
	t.Helper()
	old := w.stack.Reconfigure(t, "ingest", from, to)
	await.Until(t, settleTime, func(ctx context.Context) string {
		if !w.stack.Restarted(old) {
			return "the ingest service was not started again"
		}
		if _, err := w.oem.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{}); err != nil {
			return "the ingest service is not back: " + err.Error()
		}
		return ""
	})
}
