package devstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"strconv"
	"sync"
)

// Ports are taken in blocks below the range from which Linux picks the local ports of outgoing connections (32768 and
// up): a port of that range that is free now may be in use at the next start.
const (
	firstPort  = 20_000
	portBlocks = 120
	blockSize  = 100
)

// Ports hands out the loopback ports of one stack by name, the same at every start. It is safe for concurrent use.
type Ports struct {
	mu    sync.Mutex
	path  string
	Base  int            `json:"base"`
	Named map[string]int `json:"named"`
}

// LoadPorts returns the ports recorded at path, or claims a free block for a new stack.
func LoadPorts(path string) (*Ports, error) {
	p := &Ports{path: path, Named: map[string]int{}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		err := p.claimBlock()
		return p, err
	}
	if err != nil {
		return nil, fmt.Errorf("devstack: ports: %w", err)
	}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("devstack: ports: %s: %w", path, err)
	}
	return p, nil
}

// claimBlock starts the search at a place that depends on the stack's own path, so that two stacks that start at the same
// time look at different blocks first.
func (p *Ports) claimBlock() error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.path))
	start := int(h.Sum32() % portBlocks)
	for i := range portBlocks {
		base := firstPort + (start+i)%portBlocks*blockSize
		if blockFree(base) {
			p.Base = base
			return nil
		}
	}
	return errors.New("devstack: no block of free loopback ports between 20000 and 32000")
}

func blockFree(base int) bool {
	for port := base; port < base+blockSize; port++ {
		l, err := net.Listen("tcp", Loopback(port)) //nolint:noctx // binds and lets go at once
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}

// Get returns the port of name, and records a new one of the block for a name not seen before.
func (p *Ports) Get(name string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if port, ok := p.Named[name]; ok {
		return port, nil
	}
	if len(p.Named) >= blockSize {
		return 0, fmt.Errorf("devstack: the stack needs more than %d ports", blockSize)
	}
	p.Named[name] = p.Base + len(p.Named)
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("devstack: ports: %w", err)
	}
	if err := os.WriteFile(p.path, raw, 0o600); err != nil {
		return 0, fmt.Errorf("devstack: ports: %w", err)
	}
	return p.Named[name], nil
}

// Loopback is the address of a port on this machine alone.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
