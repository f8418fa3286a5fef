package ingest

import "sync"

// boundedMap remembers the last entries put in: at least half of a bound, and never more than it. It is safe for concurrent
// use.
type boundedMap[K comparable, V any] struct {
	mu sync.Mutex
	// young takes what is new until it has half of the bound; it is then the old one, and the old one is forgotten.
	young, old map[K]V
	half       int
}

func newBoundedMap[K comparable, V any](bound int) *boundedMap[K, V] {
	return &boundedMap[K, V]{young: make(map[K]V), half: max(1, bound/2)}
}

func (m *boundedMap[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.find(k)
}

func (m *boundedMap[K, V]) find(k K) (V, bool) {
	if v, ok := m.young[k]; ok {
		return v, true
	}
	v, ok := m.old[k]
	return v, ok
}

// put remembers v unless k is known already.
func (m *boundedMap[K, V]) put(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.find(k); known {
		return
	}
	if len(m.young) >= m.half {
		m.young, m.old = make(map[K]V, m.half), m.young
	}
	m.young[k] = v
}
