package ingest

import "sync"

// boundedMap remembers the last entries put in, at most a fixed number; then the oldest is forgotten. It is safe for
// concurrent use.
type boundedMap[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]V
	// order holds the keys by age in a ring that is full once next has gone round.
	order []K
	next  int
	bound int
}

func newBoundedMap[K comparable, V any](bound int) *boundedMap[K, V] {
	return &boundedMap[K, V]{entries: make(map[K]V), bound: bound}
}

func (m *boundedMap[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.entries[k]
	return v, ok
}

// put remembers v unless k is known already.
func (m *boundedMap[K, V]) put(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.entries[k]; known {
		return
	}
	if len(m.order) < m.bound {
		m.order = append(m.order, k)
	} else {
		delete(m.entries, m.order[m.next])
		m.order[m.next] = k
		m.next = (m.next + 1) % m.bound
	}
	m.entries[k] = v
}
