package dkg

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestBoardsThatAreBroughtTogetherRunAll(t *testing.T) {
	all := people(t, 1, 2, 3, 4, 5)
	results := runAll(t, run{dealers: all, holders: all, threshold: 3}, time.Minute)
	for _, r := range results {
		if r == nil || r.Share == nil || r.Set.Public != results[0].Set.Public {
			t.Fatalf("%v", r)
		}
	}
}

// runAll runs every trustee on a board of its own. What is added to one board is given to all others.
func runAll(t testing.TB, r run, patience time.Duration) []*Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	var moving, running sync.WaitGroup
	defer moving.Wait()
	defer cancel()
	var boards []*Board
	var sessions []*Session
	for _, p := range r.all() {
		s := r.session(t, p, [32]byte{1})
		sessions, boards = append(sessions, s), append(boards, NewBoard(s))
	}
	for _, b := range boards {
		moving.Go(func() { spread(ctx, b, boards) })
	}
	results := make([]*Result, len(sessions))
	for i, s := range sessions {
		running.Go(func() {
			var err error
			if results[i], err = Run(ctx, s, boards[i], patience); err != nil {
				t.Errorf("trustee %d: %v", i, err)
			}
		})
	}
	running.Wait()
	return results
}

func spread(ctx context.Context, from *Board, to []*Board) {
	for {
		changed := from.Changed()
		for _, raw := range from.All() {
			for _, b := range to {
				_, _ = b.Add(raw)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

func TestABoardTakesPacketsOfItsRunOnly(t *testing.T) {
	all := people(t, 1, 2)
	r := run{dealers: all, holders: all, threshold: 2}
	s, other := r.session(t, all[0], [32]byte{1}), r.session(t, all[1], [32]byte{2})
	b := NewBoard(s)
	deal, err := s.Deal()
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.Deal()
	if err != nil {
		t.Fatal(err)
	}
	stranger := bytes.Clone(deal)
	stranger[2] = 9
	renamed := bytes.Clone(deal)
	renamed[0] = byte(Justifications)
	for name, raw := range map[string][]byte{
		"another run's": foreign, "a stranger's": stranger, "another phase's": renamed, "nothing": nil, "too long": make([]byte, MaxPacket+1),
	} {
		if _, err := b.Add(raw); !errors.Is(err, ErrPacket) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if fresh, err := b.Add(deal); !fresh || err != nil {
		t.Errorf("its own: %v", err)
	}
	if fresh, err := b.Add(deal); fresh || err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestABoardIsBounded(t *testing.T) {
	all := people(t, 1)
	s := run{dealers: all, holders: all, threshold: 1}.session(t, all[0], [32]byte{1})
	b := NewBoard(s)
	for i := range 10 {
		if _, err := b.Add(s.config.seal(newBody(Deals, 1).uint16(i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.All()); n != maxVersions {
		t.Errorf("%d versions of one packet", n)
	}
}

func FuzzPackets(f *testing.F) {
	c := Config{}
	f.Add([]byte{1, 0, 1, 0, 0, 0, 0})
	f.Add([]byte{2, 0, 1, 0, 1, 0, 2})
	f.Add([]byte{3, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) < 3 {
			return
		}
		p := packet{phase: Phase(body[0]), index: 1, body: body}
		if b, err := c.readDeals(p); err == nil {
			if again, err := writeDeals(1, b); err != nil || !bytes.Equal(again[3:], body[3:]) {
				t.Fatalf("deals have two encodings, %v", err)
			}
		}
		if b, err := c.readResponses(p); err == nil && !bytes.Equal(writeResponses(1, b)[3:], body[3:]) {
			t.Fatal("responses have two encodings")
		}
		if b, err := c.readJustifications(p); err == nil {
			if again, err := writeJustifications(1, b); err != nil || !bytes.Equal(again[3:], body[3:]) {
				t.Fatalf("justifications have two encodings, %v", err)
			}
		}
	})
}

func BenchmarkNewKey(b *testing.B) {
	all := people(b, 1, 2, 3, 4, 5)
	for b.Loop() {
		run{dealers: all, holders: all, threshold: 3}.must(b)
	}
}

func BenchmarkResharing(b *testing.B) {
	all := people(b, 1, 2, 3, 4, 5)
	set := run{dealers: all, holders: all, threshold: 3}.must(b)
	for b.Loop() {
		set = run{dealers: all, holders: all, threshold: 3, previous: &set}.must(b)
	}
}
