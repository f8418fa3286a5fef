package testkit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports come from below the ranges of the development stack (20000 and up) and of outgoing connections (32768 and up):
// a port that the system itself gives out can be the local end of somebody's connection a moment later.
const (
	firstPort = 10_000
	portCount = 10_000
	portTries = 200
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
	for range portTries {
		if len(ports) == n {
			return ports, nil
		}
		port := firstPort + rand.IntN(portCount) //nolint:gosec // any free one will do
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if ctx.Err() != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		if err == nil {
			listeners, ports = append(listeners, l), append(ports, port)
		}
	}
	if len(ports) == n {
		return ports, nil
	}
	return nil, errors.New("find a free port: hardly any is free between 10000 and 20000")
}
