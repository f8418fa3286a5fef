package e2e_test

import (
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/stack"
)

// TestReliability disturbs the way of events while members send as fast as they can, on a stack of a process a service.
// What was acknowledged must be in the journal afterwards, all of it and once, and the ingest service must not pay for a
// slow part with its memory.
func TestReliability(t *testing.T) {
	s := stack.New(t)
	s.Up(t, stack.Processes)
	w := newWorld(t, s)
	// The supervisor starts a process ten times a minute at most: the kills come first, restarts with another queue last.
	for _, part := range []struct {
		name string
		test func(*testing.T, *world)
	}{
		{"kills in a row", testKillsInARow},
		{"a frozen database", testFrozenDatabase},
		{"stuck clients", testStuckClients},
		{"a full queue", testFullQueue},
		{"a full disk", testFullDisk},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, w) })
	}
}
