package ingest

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBoundedMapForgetsTheOldest compares with a list of all that was put in.
func TestBoundedMapForgetsTheOldest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 5).Draw(t, "bound")
		m := newBoundedMap[int, int](bound)
		var order []int // distinct keys, oldest first
		for i, key := range rapid.SliceOfN(rapid.IntRange(0, 9), 0, 50).Draw(t, "keys") {
			_, known := m.get(key)
			m.put(key, i)
			if !known {
				order = append(order, key)
				order = order[max(0, len(order)-bound):]
			}
			for k := range 10 {
				remembered := false
				for _, o := range order {
					remembered = remembered || o == k
				}
				if _, ok := m.get(k); ok != remembered {
					t.Fatalf("key %d is remembered: %t, want %t", k, ok, remembered)
				}
			}
		}
	})
}
