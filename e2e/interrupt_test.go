package e2e_test

import (
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/stack"
)

// TestInterrupt presses Ctrl-C at a demonstration: while the platform comes up, and when it runs and waits for it.
func TestInterrupt(t *testing.T) {
	s := stack.New(t)
	if err := s.Interrupt(t.Context(), "  Fabric: certificates", "demo", "--vehicles", "10"); err == nil {
		t.Error("the interrupted demonstration reports success")
	}
	nothingIsLeft(t, s)
	if err := s.Interrupt(t.Context(), "The platform is running.", "demo", "--vehicles", "10"); err != nil {
		t.Errorf("the demonstration that was done: %v", err)
	}
	nothingIsLeft(t, s)
}
