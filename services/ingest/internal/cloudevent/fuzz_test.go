package cloudevent_test

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// FuzzCheck reads and checks whatever comes: nothing crashes it, what it accepts keeps the rules that the tables rely on,
// and what it accepts once it accepts again from the bytes it kept.
func FuzzCheck(f *testing.F) {
	for _, msg := range []proto.Message{
		&eventsv1.OdometerReading{Odometer: odometer()},
		&eventsv1.Service{Odometer: odometer(), Operations: []string{"oil"}},
		&eventsv1.InstrumentClusterChange{Removed: odometer(), Installed: odometer()},
	} {
		seed, err := proto.Marshal(envelope(f, msg))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	late := envelope(f, &eventsv1.Wash{})
	late.Attributes["time"].GetCeTimestamp().Seconds = timestamppb.New(now).Seconds * 2
	seed, err := proto.Marshal(late)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	d := newDecoder(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c := d.DecodeBytes(data)
		e, fault := c.Check("oem", now)
		if fault != nil {
			if fault.Reason == "" || fault.Detail == "" {
				t.Fatalf("a fault without reason or detail: %+v", fault)
			}
			return
		}
		if !strings.HasPrefix(e.Source, "/members/oem/") || len(e.Source) > 256 || e.EventID == "" || len(e.EventID) > 128 {
			t.Fatalf("accepted under %+v", e.Key)
		}
		if e.OdometerMetres != nil && (*e.OdometerMetres < 0 || *e.OdometerMetres > 5_000_000_000) {
			t.Fatalf("accepted with %d metres", *e.OdometerMetres)
		}
		if !bytes.Contains(e.Bytes, e.Data) {
			t.Fatal("the event's own message does not stand in it")
		}
		again := d.DecodeBytes(e.Bytes)
		if kept, fault := again.Check("oem", now); fault != nil || kept.ContentHash != e.ContentHash || kept.Key != e.Key {
			t.Fatalf("accepted once, then %+v", fault)
		}
	})
}
