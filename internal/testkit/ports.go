package testkit

import (
	"context"
	"fmt"
	"net"
	"testing"
)

// FreePort returns a TCP port of loopback that was free a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	ports, err := FreePorts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return ports[0]
}

// FreePorts returns n different TCP ports of loopback that were free a moment ago.
func FreePorts(ctx context.Context, n int) ([]int, error) {
	var listeners []net.Listener
	defer func() { // together at the end: so they differ
		for _, l := range listeners {
			_ = l.Close()
		}
	}()
	var ports []int
	for range n {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		listeners = append(listeners, l)
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("find a free port: unexpected address %s", l.Addr())
		}
		ports = append(ports, addr.Port)
	}
	return ports, nil
}
