package ingest

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBoundedMapForgetsTheOldest compares with a list of all that was put in: the newest half of the bound is remembered, and of
// the others no more than the bound in all.
func TestBoundedMapForgetsTheOldest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(2, 9).Draw(t, "bound")
		m := newBoundedMap[int, int](bound)
		var order []int // distinct keys, oldest first
		values := map[int]int{}
		for i, key := range rapid.SliceOfN(rapid.IntRange(0, 19), 0, 80).Draw(t, "keys") {
			if _, known := m.get(key); !known {
				order, values[key] = append(order, key), i
			}
			m.put(key, i)
			remembered := 0
			for k := range 20 {
				if v, ok := m.get(k); ok {
					remembered++
					if v != values[k] {
						t.Fatalf("key %d has %d, want what was put first, %d", k, v, values[k])
					}
				}
			}
			if remembered > bound {
				t.Fatalf("%d keys are remembered, more than %d", remembered, bound)
			}
			for _, k := range order[max(0, len(order)-bound/2):] {
				if _, ok := m.get(k); !ok {
					t.Fatalf("key %d is forgotten, one of the newest %d", k, bound/2)
				}
			}
		}
	})
}
