package settlement

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewTransferNetsAndSorts(t *testing.T) {
	got, err := newTransfer("id", KindCapture, "", hashOf(),
		Posting{PoolHolder, 30}, Posting{Available("b"), -50}, Posting{Available("a"), 10}, Posting{Available("a"), 10},
		Posting{Held("c"), 5}, Posting{Held("c"), -5})
	if err != nil {
		t.Fatal(err)
	}
	want := []Posting{{Available("a"), 20}, {Available("b"), -50}, {PoolHolder, 30}}
	if diff := cmp.Diff(want, got.Postings); diff != "" {
		t.Errorf("postings (-want +got):\n%s", diff)
	}
	if got.volume() != 50 {
		t.Errorf("volume %s, want 0.0050", got.volume())
	}
}

func TestNewTransferRefusesWhatDoesNotBalance(t *testing.T) {
	if _, err := newTransfer("id", KindMint, "", hashOf(), Posting{BankEUR, -10}, Posting{Available("a"), 11}); !errors.Is(err, errUnbalanced) {
		t.Errorf("error %v", err)
	}
}

func TestDeriveIDFramesItsParts(t *testing.T) {
	if deriveID("read", "ab", "c") == deriveID("read", "a", "bc") {
		t.Error("different parts have the same id")
	}
	id := deriveID("read", "garage", "1")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("%s is no UUID of version 8", id)
	}
	if id != deriveID("read", "garage", "1") {
		t.Error("the same parts have different ids")
	}
}

func TestPayerMayContribute(t *testing.T) {
	q := HoldRequest{RequestID: "1", Payer: "garage", Product: "passport-report", Passport: "p", MaxPrice: MaxAmount}
	r, _, err := q.hold(25_000, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, transfer, err := r.capture(CurrentSplitPolicy(), []Contribution{{Member: "garage", Field: "odometer/2026-01", Quality: 9}}, nil, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	want := []Posting{{Available("garage"), 22_000}, {Held("garage"), -25_000}, {PoolHolder, 2_500}, {PoolInfrastructure, 500}}
	if diff := cmp.Diff(want, transfer.Postings); diff != "" {
		t.Errorf("postings (-want +got):\n%s", diff)
	}
}

func TestTrialBalanceFindsWhatIsWrong(t *testing.T) {
	right := []TrialLine{{"bank:eur", -100, true}, {"members", 90, true}, {"pool:holder", 10, true}}
	for name, c := range map[string]struct {
		change   func(lines []TrialLine)
		receipts Amount
		zeroSum  bool
	}{
		"right":                 {func([]TrialLine) {}, 100, true},
		"made of nothing":       {func(l []TrialLine) { l[1].Balance++ }, 100, false},
		"balance not posted":    {func(l []TrialLine) { l[2].Posted = false }, 100, false},
		"minted beyond receipt": {func([]TrialLine) {}, 99, false},
	} {
		lines := append([]TrialLine(nil), right...)
		c.change(lines)
		got, err := NewTrialBalance(lines, c.receipts)
		if err != nil || got.ZeroSum != c.zeroSum {
			t.Errorf("%s: zero sum %t, %v", name, got.ZeroSum, err)
		}
	}
}
