package dkg

import (
	"bytes"
	"context"
	"fmt"
	"sync"
)

// maxVersions is how many different packets of one trustee in one phase a board keeps: two show that it is dishonest.
const maxVersions = 2

// Board keeps the packets of a run, as they come from the trustee itself and from other trustees' boards. It is safe for
// use by several goroutines.
type Board struct {
	config *Config

	mu      sync.Mutex
	packets map[Phase]map[int][][]byte
	// changed is closed, and replaced, when a packet is added.
	changed chan struct{}
}

// NewBoard returns the empty board of a run.
func NewBoard(s *Session) *Board {
	return &Board{config: &s.config, packets: map[Phase]map[int][][]byte{}, changed: make(chan struct{})}
}

// Add keeps a packet, and says whether it is new. The error wraps ErrPacket.
func (b *Board) Add(raw []byte) (bool, error) {
	p, err := b.config.open(raw)
	if err != nil {
		return false, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.packets[p.phase]
	if of == nil {
		of = map[int][][]byte{}
		b.packets[p.phase] = of
	}
	if len(of[p.index]) == maxVersions {
		return false, nil
	}
	for _, known := range of[p.index] {
		if bytes.Equal(known, raw) {
			return false, nil
		}
	}
	of[p.index] = append(of[p.index], bytes.Clone(raw))
	close(b.changed)
	b.changed = make(chan struct{})
	return true, nil
}

// All returns every packet of the board, at most maxVersions a trustee and phase: what other boards are given.
func (b *Board) All() [][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out [][]byte
	for _, of := range b.packets {
		for _, versions := range of {
			out = append(out, versions...)
		}
	}
	return out
}

// Changed is closed when a packet is added after the call.
func (b *Board) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Wait returns the packets of a phase as soon as there is one of each expected trustee, or what there is when the context
// ends.
func (b *Board) Wait(ctx context.Context, phase Phase, expected []int) [][]byte {
	for {
		packets, complete, changed := b.look(phase, expected)
		if complete {
			return packets
		}
		select {
		case <-ctx.Done():
			return packets
		case <-changed:
		}
	}
}

func (b *Board) look(phase Phase, expected []int) (packets [][]byte, complete bool, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, versions := range b.packets[phase] {
		packets = append(packets, versions...)
	}
	complete = true
	for _, index := range expected {
		complete = complete && len(b.packets[phase][index]) > 0
	}
	return packets, complete, b.changed
}

// post adds a packet of the trustee itself; nil is none.
func (b *Board) post(raw []byte) error {
	if raw == nil {
		return nil
	}
	if _, err := b.Add(raw); err != nil {
		return fmt.Errorf("dkg: own packet: %w", err)
	}
	return nil
}
