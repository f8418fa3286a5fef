package ledger

import (
	"errors"
	"math/bits"
	"testing"
)

// series is a State holding values 1 to length of "s"; it counts reads.
type series struct {
	length uint64
	reads  int
	err    error
}

func (s *series) GetState(key string) ([]byte, error) {
	s.reads++
	if key <= Key("s", s.length) && s.length > 0 {
		return []byte(key), s.err
	}
	return nil, s.err
}

func TestLatest(t *testing.T) {
	for _, length := range []uint64{0, 1, 2, 3, 4, 5, 7, 8, 9, 1000, 1023, 1024, 1025, 3_000_000} {
		s := &series{length: length}
		n, value, err := Latest(s, "s")
		if err != nil || n != length || (length > 0) != (string(value) == Key("s", length)) {
			t.Errorf("length %d: got %d, %q, %v", length, n, value, err)
		}
		if limit := 2*bits.Len64(length) + 1; s.reads > limit {
			t.Errorf("length %d: %d reads, want at most %d", length, s.reads, limit)
		}
	}
}

func TestLatestReportsAFailedRead(t *testing.T) {
	broken := errors.New("broken")
	if _, _, err := Latest(&series{length: 5, err: broken}, "s"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
