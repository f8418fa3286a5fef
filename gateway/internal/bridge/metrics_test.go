package bridge_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// metric sums, over all bridges, what a metric has for the value of its only attribute; of a histogram, the observations.
func (w *world) metric(name, value string) (sum int64) {
	w.t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.reader.Collect(w.t.Context(), &all); err != nil {
		w.t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != "pcc.bridge."+name {
				continue
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				sum += points(data.DataPoints, value)
			case metricdata.Gauge[int64]:
				sum += points(data.DataPoints, value)
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					sum += int64(p.Count) //nolint:gosec // few
				}
			}
		}
	}
	return sum
}

func points(all []metricdata.DataPoint[int64], value string) (sum int64) {
	for _, p := range all {
		if attributes := p.Attributes.ToSlice(); len(attributes) == 1 && attributes[0].Value.AsString() == value {
			sum += p.Value
		}
	}
	return sum
}

func TestTheBridgeCountsWhatItDoes(t *testing.T) {
	w := newWorld(t)
	w.start()
	d := w.device("oem")
	other := uuid.NewString()
	send(t, d, devicebus.FormatProtobuf, batch(t, "oem", d.Passport, "a", 3, &eventsv1.Refuel{}))
	send(t, d, devicebus.FormatProtobuf, batch(t, "oem", d.Passport, "w", 2, &eventsv1.Wash{})) // refused by ingest
	send(t, d, devicebus.FormatProtobuf, batch(t, "oem", other, "o", 4, &eventsv1.Refuel{}))    // by the bridge
	send(t, d, devicebus.FormatProtobuf, []byte{0xff})                                          // as a whole
	devicebustest.Await(t, "the last answer's count", func() bool { return w.metric("answered", "oem") == 4 })
	for _, c := range []struct {
		name, value string
		want        int64
	}{
		{"taken", "oem", 4}, {"taken", "garage", 0}, {"redelivered", "oem", 0}, {"lag", "", 4}, {"failures", "oem", 0},
		{"rejected", "PASSPORT_UNKNOWN", 2}, {"rejected", "SUBJECT_INVALID", 4}, {"refused", "EVENT_MALFORMED", 1},
	} {
		if got := w.metric(c.name, c.value); got != c.want {
			t.Errorf("%s of %q: %d, want %d", c.name, c.value, got, c.want)
		}
	}
}

func TestWhatWaitsForIngestShows(t *testing.T) {
	w := newWorld(t)
	w.ingest.fail(apperr.New(apperr.Unavailable, "QUEUE_UNAVAILABLE", "down"))
	d := w.device("oem")
	const messages = 5
	for i := range messages {
		if err := d.Send(d.Passport, devicebus.FormatProtobuf, batch(t, "oem", d.Passport, fmt.Sprint("p", i), 1, &eventsv1.Refuel{})); err != nil {
			t.Fatal(err)
		}
	}
	w.start()
	devicebustest.Await(t, "failures and what is pending", func() bool {
		return w.metric("failures", "oem") > 1 && w.metric("pending", "oem") == messages
	})
	w.ingest.fail(nil)
	devicebustest.Await(t, "all answers", func() bool { return w.metric("answered", "oem") == messages })
	if got := w.metric("redelivered", "oem"); got < messages || w.metric("taken", "oem") != messages+got {
		t.Errorf("%d redelivered of %d taken", got, w.metric("taken", "oem"))
	}
}
