package ingest

import (
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/signing"
)

// MergeDelay is what the platform promises: an acknowledged event is in its member's stream before an epoch is cut that is later
// by more. Normally it takes milliseconds; it may take as long as a database or a broker is away.
const MergeDelay = 24 * time.Hour

// receipt signs the promise to journal the events of an acknowledged batch: all that were not refused, in their order. What was
// accepted before is promised once more, because the receipt of that time may have been lost. nil when there are none.
func (s *Service) receipt(b *inspection) ([]byte, error) {
	if s.promise == nil {
		return nil, nil
	}
	events := make([]Hash, 0, len(b.candidates)-len(b.rejections))
	refused := b.rejections
	for i := range b.candidates {
		if len(refused) > 0 && refused[0].Index == i { // acknowledgement has sorted them
			refused = refused[1:]
			continue
		}
		c := &b.candidates[i]
		events = append(events, signing.AcceptedEvent{Source: c.Source, ID: c.ID, Content: b.contents[i]}.Hash())
	}
	if len(events) == 0 {
		return nil, nil
	}
	promised, err := signing.NewReceipt(StreamOf(b.member), events, b.now, MergeDelay)
	if err != nil {
		return nil, fmt.Errorf("ingest: receipt: %w", err)
	}
	sealed, err := s.promise(promised)
	if err != nil {
		return nil, fmt.Errorf("ingest: receipt: %w", err)
	}
	return sealed, nil
}
