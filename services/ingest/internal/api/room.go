package api

import (
	"context"

	"golang.org/x/sync/semaphore"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/services/ingest"
)

// maxHeld bounds the encoded bytes of the batches that are being accepted at once, over all streams and calls. Decoded,
// checked and encoded anew, a batch takes about ten times as much. It is the largest message, and ten times what is under way
// at 100,000 events a second; when the database or the queue stands still, this and not the memory is what senders fill.
const maxHeld = rpc.MaxMessageBytes

// room is what batches take while they are accepted, in the order in which they came.
type room struct{ bytes *semaphore.Weighted }

func newRoom() room { return room{semaphore.NewWeighted(maxHeld)} }

// take waits for room for a message and returns the function that gives it back. It must not be taken for what can wait
// for a client: one client could then hold up the others.
func (r room) take(ctx context.Context, m proto.Message) (giveBack func(), err error) {
	size := int64(min(proto.Size(m), maxHeld))
	if err := r.bytes.Acquire(ctx, size); err != nil {
		return nil, ingest.ErrQueueFull.Wrap(err)
	}
	return func() { r.bytes.Release(size) }, nil
}

// await waits until there is room for anything. Nothing is taken: a batch that does not come yet holds up no other.
func (r room) await(ctx context.Context) error {
	if err := r.bytes.Acquire(ctx, 1); err != nil {
		return err
	}
	r.bytes.Release(1)
	return nil
}
