package api

import (
	"context"
	"errors"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// ofSize is a request of about so many bytes.
func ofSize(bytes int) *ingestv1.StreamEventsRequest {
	return &ingestv1.StreamEventsRequest{Events: []*pb.CloudEvent{{Id: string(make([]byte, bytes))}}}
}

func TestWhatIsAcceptedAtOnceIsBounded(t *testing.T) {
	r := newRoom()
	tooLarge, err := r.take(t.Context(), ofSize(2*maxHeld)) // takes all there is rather than nothing ever
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := r.take(gone, ofSize(1)); !errors.Is(err, ingest.ErrQueueFull) {
		t.Errorf("beyond the room: %v, want QUEUE_FULL", err)
	}
	waiting := make(chan error, 1)
	go func() {
		giveBack, err := r.take(t.Context(), ofSize(maxHeld/2))
		if err == nil {
			giveBack()
		}
		waiting <- err
	}()
	tooLarge()
	if err := <-waiting; err != nil {
		t.Errorf("with room again: %v", err)
	}
}
