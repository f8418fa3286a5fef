// Package testkit gives tests the real servers they need: a fresh PostgreSQL database each on a shared server, a NATS
// server each, and a shared Keto in which every test uses names of its own.
//
// The shared servers belong to the whole test run: `make test` starts them around go test (see package servers) and
// tells the tests by environment. A test that does not find them fails; it never skips.
package testkit

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// Variables that tell tests where the shared servers are.
const (
	// EnvPostgres is the connection string of PostgreSQL's superuser.
	EnvPostgres = "PCC_TEST_POSTGRES"
	// EnvKetoRead and EnvKetoWrite are host:port of Keto's two APIs.
	EnvKetoRead  = "PCC_TEST_KETO_READ"
	EnvKetoWrite = "PCC_TEST_KETO_WRITE"
)

// cleanupTimeout bounds what is done after a test.
const cleanupTimeout = 10 * time.Second

func environment(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: this test needs the shared servers; run `make test`, or `make test-shell` and go test within", name)
	}
	return value
}

// ID returns a name that no other test uses: prefix, a dash and 13 lower-case letters and digits.
func ID(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:13]) }

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
