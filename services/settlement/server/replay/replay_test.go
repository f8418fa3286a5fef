package replay_test

import (
	"testing"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/server/replay"
)

func captured() *settlementv1.Read {
	return &settlementv1.Read{
		Name: "reads/1", Price: "1.0000", State: settlementv1.ReadState_READ_STATE_CAPTURED, SplitVersion: 2,
		Contributions: []*settlementv1.Contribution{
			{Member: "members/garage", Field: "odometer/2026-01", Quality: 50}, {Member: "members/oem", Field: "odometer/2026-01", Quality: 100},
		},
		Shares: []*settlementv1.Share{
			{Account: "pool:infrastructure", Amount: "0.0200"}, {Account: "pool:holder", Amount: "0.1000"},
			{Account: "member:garage:available", Amount: "0.2200"}, {Account: "member:oem:available", Amount: "0.6600"},
		},
		Revisions: []*settlementv1.ReadRevision{
			{Member: "members/oem", Field: "odometer/2026-01", Quality: 50, Shares: []*settlementv1.Share{
				{Account: "pool:infrastructure", Amount: "0.0200"}, {Account: "pool:holder", Amount: "0.1000"},
				{Account: "member:garage:available", Amount: "0.4400"}, {Account: "member:oem:available", Amount: "0.4400"},
			}},
			{Member: "members/garage", Field: "odometer/2026-01", Shares: []*settlementv1.Share{
				{Account: "pool:infrastructure", Amount: "0.0200"}, {Account: "pool:holder", Amount: "0.1000"},
				{Account: "member:oem:available", Amount: "0.8800"},
			}},
		},
	}
}

func TestReplayFindsWhatIsOtherwise(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*settlementv1.Read)
		want  int
	}{
		"right":        {func(*settlementv1.Read) {}, 0},
		"moved units":  {func(r *settlementv1.Read) { r.Shares[2].Amount, r.Shares[3].Amount = "0.2100", "0.6700" }, 2},
		"one left out": {func(r *settlementv1.Read) { r.Shares = r.Shares[:3] }, 1},
		"one too many": {func(r *settlementv1.Read) { r.Shares = append(r.Shares, r.Shares[0]) }, 1},
		"price":        {func(r *settlementv1.Read) { r.Price = "2.0000" }, 4 + 4 + 3},
		"revised":      {func(r *settlementv1.Read) { r.Revisions[1].Shares[2].Amount = "0.8000" }, 1},
		"other change": {func(r *settlementv1.Read) { r.Revisions[0].Quality = 49 }, 2},
	} {
		read := captured()
		tt.spoil(read)
		if got, err := replay.Shares(read); err != nil || len(got) != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestReplayRefusesWhatItCannotCompute(t *testing.T) {
	for name, spoil := range map[string]func(*settlementv1.Read){
		"held":         func(r *settlementv1.Read) { r.State = settlementv1.ReadState_READ_STATE_HELD },
		"other policy": func(r *settlementv1.Read) { r.SplitVersion = 3 },
		"no price":     func(r *settlementv1.Read) { r.Price = "" },
		"quality":      func(r *settlementv1.Read) { r.Contributions[0].Quality = 101 },
	} {
		read := captured()
		spoil(read)
		if got, err := replay.Shares(read); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
