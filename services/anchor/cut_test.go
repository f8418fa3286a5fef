package anchor_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/services/anchor"
)

func checkpoint(stream string, size uint64, root byte) model.StreamCheckpoint {
	return model.StreamCheckpoint{Stream: stream, Size: size, Root: model.Hash{root}}
}

var cutTime = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

// epochOf returns epoch 1 with the given checkpoints.
func epochOf(t *testing.T, checkpoints ...model.StreamCheckpoint) *anchor.Epoch {
	t.Helper()
	first, ok, err := anchor.Cut(nil, checkpoints, cutTime)
	if err != nil || !ok {
		t.Fatalf("first epoch: %v, cut %t", err, ok)
	}
	return &anchor.Epoch{Candidate: first}
}

func TestCutFirst(t *testing.T) {
	if _, ok, err := anchor.Cut(nil, nil, cutTime); ok || err != nil {
		t.Errorf("without streams: cut %t, %v; want nothing", ok, err)
	}
	if _, ok, err := anchor.Cut(nil, []model.StreamCheckpoint{checkpoint("ingest/oem", 0, 1)}, cutTime); ok || err != nil {
		t.Errorf("with an empty stream: cut %t, %v; want nothing", ok, err)
	}
	first := epochOf(t, checkpoint("ingest/oem", 3, 1), checkpoint("ingest/garage", 2, 2))
	if first.Number() != 1 || !first.Record.PreviousHash.IsZero() || first.Entries() != 5 || !first.CutTime.Equal(cutTime) {
		t.Errorf("first epoch: %+v", first.Record)
	}
	if first.Record.Streams[0].Stream != "ingest/garage" {
		t.Errorf("streams are not sorted: %+v", first.Record.Streams)
	}
}

func TestCutNext(t *testing.T) {
	last := epochOf(t, checkpoint("ingest/garage", 2, 2), checkpoint("ingest/oem", 3, 1))
	garage, oem := last.Record.Streams[0], last.Record.Streams[1]
	cases := map[string]struct {
		checkpoints []model.StreamCheckpoint
		cut         bool
		reason      model.Reason
	}{
		"nothing grew":      {[]model.StreamCheckpoint{oem, garage}, false, ""},
		"one grew":          {[]model.StreamCheckpoint{checkpoint("ingest/oem", 4, 9), garage}, true, ""},
		"new stream":        {[]model.StreamCheckpoint{oem, garage, checkpoint("ingest/insurer", 1, 7)}, true, ""},
		"one shrank":        {[]model.StreamCheckpoint{checkpoint("ingest/oem", 2, 9), garage}, false, model.ReasonStreamShrank},
		"one vanished":      {[]model.StreamCheckpoint{garage}, false, model.ReasonStreamMissing},
		"one was rewritten": {[]model.StreamCheckpoint{checkpoint("ingest/oem", 3, 9), garage}, false, model.ReasonStreamForked},
		"repeated stream":   {[]model.StreamCheckpoint{oem, oem, garage}, false, model.ReasonMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			next, ok, err := anchor.Cut(last, c.checkpoints, cutTime.Add(time.Minute))
			if ok != c.cut || model.ReasonOf(err) != c.reason || errors.Is(err, anchor.ErrDiverged) != (c.reason != "") {
				t.Fatalf("cut %t, %v; want %t, %q", ok, err, c.cut, c.reason)
			}
			if ok && (next.Number() != 2 || next.Record.PreviousHash != last.Hash) {
				t.Errorf("next epoch: %+v", next.Record)
			}
		})
	}
}

func TestCutWithTheClockSetBack(t *testing.T) {
	last := epochOf(t, checkpoint("ingest/oem", 3, 1))
	next, ok, err := anchor.Cut(last, []model.StreamCheckpoint{checkpoint("ingest/oem", 4, 2)}, cutTime.Add(-time.Hour))
	if err != nil || !ok || !next.CutTime.Equal(cutTime) {
		t.Errorf("time %s, cut %t, %v; want the time of the epoch before", next.CutTime, ok, err)
	}
}
