package e2e_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// A client that reads no acknowledgement sends batches of which every event is refused, for whose acknowledgements are
	// long. It is held back when nothing more is taken for stillTime, and must be before unreadMost batches.
	unreadPerBatch = 100
	unreadMost     = 2000
	stillTime      = 2 * time.Second
	// So many streams send half a message of halfBytes and then nothing.
	halfStreams = 50
	halfBytes   = 1 << 20
)

// testStuckClients has clients that take up a stream and do not get on with it. Others must not notice.
func testStuckClients(t *testing.T, w *world) {
	before := w.stack.Memory(t, "ingest")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range halfStreams {
		w.insurer.Half(ctx, t, w.info.Services["ingest"], ingestv1.IngestService_StreamEvents_FullMethodName, halfBytes)
	}
	unread, err := w.insurer.Ingest.StreamEvents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sent := sendUnread(t, w, unread)
	passport := w.newPassport(t, w.garage)
	if ack := sendStream(t, w.garage, []*pb.CloudEvent{reading(t, "garage", passport, newID(), "1")}); ack.GetAccepted() != 1 {
		t.Errorf("another client beside the stuck ones: %v", ack)
	}
	after := w.stack.Memory(t, "ingest")
	t.Logf("held back after %d batches; ingest went from %d to %d MB", sent.Load(), before>>20, after>>20)
	if after-before > memoryGrowth {
		t.Errorf("ingest grew from %d to %d MB", before>>20, after>>20)
	}
	// Whoever reads again finds every acknowledgement, in order.
	for i := range sent.Load() {
		ack, err := unread.Recv()
		if err != nil || ack.GetBatchNumber() != i || len(ack.GetAcknowledgement().GetRejections()) != unreadPerBatch {
			t.Fatalf("acknowledgement %d: %v, %v", i, ack, err)
		}
	}
}

// sendUnread sends until the stream takes nothing more, and returns the count of the batches, which goes on when it does.
func sendUnread(t *testing.T, w *world, stream ingestv1.IngestService_StreamEventsClient) *atomic.Int64 {
	t.Helper()
	passport := w.newPassport(t, w.garage)
	var events []*pb.CloudEvent
	for range unreadPerBatch {
		events = append(events, reading(t, "garage", passport, newID(), "1")) // not the insurer's to send
	}
	sent := &atomic.Int64{}
	go func() {
		for i := range int64(unreadMost) {
			if stream.Send(&ingestv1.StreamEventsRequest{BatchNumber: i, Events: events}) != nil {
				return // the test has ended
			}
			sent.Add(1)
		}
	}()
	last, since := int64(-1), time.Now()
	await.Until(t, settleTime, func(context.Context) string {
		if n := sent.Load(); n != last {
			last, since = n, time.Now()
		}
		if time.Since(since) > stillTime {
			return ""
		}
		return fmt.Sprintf("%d batches are taken and none acknowledged", last)
	})
	if last == unreadMost {
		t.Errorf("the stream took %d batches of which no acknowledgement was read", last)
	}
	return sent
}
