package dkg

import (
	"context"
	"time"
)

// Run takes a session through its phases on a board that somebody brings together with the others'. A phase ends when it is
// complete, or after the patience, which all trustees have alike. The error wraps ErrFailed or ErrExposed, or is the context's.
func Run(ctx context.Context, s *Session, b *Board, patience time.Duration) (*Result, error) {
	wait := func(p Phase) ([][]byte, error) {
		phase, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return b.Wait(phase, p, s.Expected(p)), ctx.Err()
	}
	packet, err := s.Deal()
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		phase Phase
		next  func([][]byte) ([]byte, error)
	}{{Deals, s.Respond}, {Responses, s.Justify}} {
		if err := b.post(packet); err != nil {
			return nil, err
		}
		packets, err := wait(step.phase)
		if err != nil {
			return nil, err
		}
		if packet, err = step.next(packets); err != nil {
			return nil, err
		}
	}
	if err := b.post(packet); err != nil {
		return nil, err
	}
	packets, err := wait(Justifications)
	if err != nil {
		return nil, err
	}
	return s.Finish(packets)
}
