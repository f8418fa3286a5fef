package model_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/notetest"
	"github.com/pcc-platform/pcc/chaincode/model"
)

var (
	earliest = time.Unix(1_750_000_000, 0)
	latest   = earliest.Add(time.Hour)
)

// verify holds a note of the checkpoint with these lines to a quorum of witnesses a to d.
func verify(t *testing.T, lines ...string) error {
	t.Helper()
	var keys []model.WitnessKey
	for _, name := range []string{"a", "b", "c", "d"} {
		keys = append(keys, notetest.New(name).Key)
	}
	n, err := model.ParseNote([]byte(notetest.Note(checkpoint, lines...)))
	if err != nil {
		t.Fatal(err)
	}
	return n.VerifyQuorum(keys, earliest, latest)
}

func TestQuorumIsMoreThanHalf(t *testing.T) {
	for witnesses, want := range []int{0, 1, 2, 2, 3, 3, 4} {
		if got := model.Quorum(witnesses); got != want {
			t.Errorf("quorum of %d is %d, want %d", witnesses, got, want)
		}
	}
	n, err := model.ParseNote([]byte(notetest.Note(checkpoint)))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.VerifyQuorum(nil, earliest, latest); err != nil {
		t.Errorf("without witnesses: %v", err)
	}
}

func TestVerifyQuorum(t *testing.T) {
	sign := func(name string, at time.Time) string { return notetest.New(name).Cosign(checkpoint, at) }
	a, b, c := sign("a", earliest), sign("b", earliest.Add(time.Minute)), sign("c", latest)
	other := notetest.Text(origin, 4, model.Hash{7})
	impostor := notetest.New("impostor").Cosign(checkpoint, latest)
	spoiled := notetest.Line("c", notetest.New("c").Key.ID(), make([]byte, 72))
	cases := map[string]struct {
		lines []string
		want  model.Reason
	}{
		"a quorum":                     {[]string{a, b, c}, ""},
		"more than a quorum":           {[]string{sign("d", latest), c, b, a}, ""},
		"none":                         {nil, model.ReasonTooFewCosignatures},
		"one too few":                  {[]string{a, b}, model.ReasonTooFewCosignatures},
		"twice the same line":          {[]string{a, b, b}, model.ReasonTooFewCosignatures},
		"twice the same witness":       {[]string{a, b, sign("b", latest)}, model.ReasonTooFewCosignatures},
		"of no witness":                {[]string{a, b, impostor}, model.ReasonTooFewCosignatures},
		"of no witness, beside them":   {[]string{impostor, a, b, c}, ""},
		"too early":                    {[]string{a, b, sign("c", earliest.Add(-time.Second))}, model.ReasonTooFewCosignatures},
		"too late":                     {[]string{a, b, sign("c", latest.Add(time.Second))}, model.ReasonTooFewCosignatures},
		"out of time, beside a quorum": {[]string{a, b, c, sign("d", latest.Add(time.Hour))}, ""},
		"too late, and again in time":  {[]string{a, b, sign("c", latest.Add(time.Hour)), c}, ""},
		"of another checkpoint":        {[]string{a, b, notetest.New("c").Cosign(other, latest)}, model.ReasonCosignatureInvalid},
		"does not verify":              {[]string{a, b, spoiled}, model.ReasonCosignatureInvalid},
		"does not verify, beside them": {[]string{a, b, c, sign("d", latest), spoiled}, model.ReasonCosignatureInvalid},
		"a signature of a log":         {[]string{a, b, notetest.Line("c", notetest.New("c").Key.ID(), make([]byte, 64))}, model.ReasonCosignatureInvalid},
		"under another's name":         {[]string{a, b, strings.Replace(c, "— c ", "— d ", 1)}, model.ReasonTooFewCosignatures},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := verify(t, tc.lines...)
			if model.ReasonOf(err) != tc.want || (tc.want == "") != (err == nil) {
				t.Errorf("got %v, want reason %q", err, tc.want)
			}
		})
	}
}

// A time beyond 63 bits is no time, and does not come out as an early one.
func TestTimesThatAreNone(t *testing.T) {
	for _, seconds := range []uint64{0, math.MaxInt64 + 1, math.MaxUint64} {
		w := notetest.New("a")
		n, err := model.ParseNote([]byte(notetest.Note(checkpoint, w.CosignAt(checkpoint, seconds))))
		if err != nil {
			t.Fatal(err)
		}
		if err := n.VerifyQuorum([]model.WitnessKey{w.Key}, time.Unix(0, 0), latest); model.ReasonOf(err) != model.ReasonCosignatureInvalid {
			t.Errorf("at %d: %v", seconds, err)
		}
	}
}

// Whoever registers a key that has, on purpose, the name and the ID of another's cannot make the other's cosignature
// refused, nor count by it.
func TestTwinsOfOneKeyID(t *testing.T) {
	// Found by trying the seeds in order.
	a, b := notetest.Seeded("twin", "seed 12630"), notetest.Seeded("twin", "seed 30115")
	if a.Key.ID() != b.Key.ID() || a.Key == b.Key {
		t.Fatal("these are no twins")
	}
	keys := []model.WitnessKey{a.Key, b.Key}
	first, second := a.Cosign(checkpoint, latest), b.Cosign(checkpoint, latest)
	for want, lines := range map[model.Reason][]string{
		"": {second, first}, model.ReasonTooFewCosignatures: {second, second},
		model.ReasonCosignatureInvalid: {first, second, notetest.Line("twin", a.Key.ID(), make([]byte, 72))},
	} {
		n, err := model.ParseNote([]byte(notetest.Note(checkpoint, lines...)))
		if err != nil {
			t.Fatal(err)
		}
		if err := n.VerifyQuorum(keys, earliest, latest); model.ReasonOf(err) != want || (want == "") != (err == nil) {
			t.Errorf("got %v, want reason %q", err, want)
		}
	}
}

func TestNoChangedByteVerifies(t *testing.T) {
	w := notetest.New("a")
	line := w.Cosign(checkpoint, latest)
	for i := range checkpoint {
		changed := []byte(checkpoint)
		changed[i] ^= 1
		n, err := model.ParseNote([]byte(notetest.Note(string(changed), line)))
		if err != nil {
			continue
		}
		if err := n.VerifyQuorum([]model.WitnessKey{w.Key}, earliest, latest); err == nil {
			t.Errorf("byte %d of the checkpoint may change: %q", i, changed)
		}
	}
}
