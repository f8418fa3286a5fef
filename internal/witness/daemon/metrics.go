package daemon

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/replay"
)

// registerMetrics makes the instruments, which ask the parts when they are read.
func registerMetrics(meter metric.Meter, w *witness.Witness, f *replay.Follower) error {
	var errs []error
	gauge := func(name, description string) metric.Int64ObservableGauge {
		g, err := meter.Int64ObservableGauge(name, metric.WithDescription(description))
		errs = append(errs, err)
		return g
	}
	cosigned := gauge("pcc.witness.cosigned_epoch", "Number of the last epoch cosigned.")
	replayed := gauge("pcc.witness.replayed_epoch", "Number of the last epoch replayed.")
	newest := gauge("pcc.witness.newest_epoch", "Number of the newest epoch that the platform was seen to have.")
	lists := gauge("pcc.witness.lists", "Lists in the map of completeness.")
	evidence := gauge("pcc.witness.evidence", "Documents of evidence that the log has signed two histories: 0 is as it should be.")
	unexplained := gauge("pcc.witness.unexplained", "Checkpoints that were not shown to extend the last one, nor to contradict it.")
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, log := range w.Status() {
			o.ObserveInt64(cosigned, int64(log.Size)) // #nosec G115 -- below proof.MaxSize
			o.ObserveInt64(evidence, int64(len(log.Evidence)))
			o.ObserveInt64(unexplained, int64(len(log.Unexplained)))
		}
		status := f.Status()
		o.ObserveInt64(replayed, int64(status.Epoch)) // #nosec G115 -- below proof.MaxSize
		o.ObserveInt64(newest, int64(status.Newest))  // #nosec G115 -- a count
		o.ObserveInt64(lists, int64(status.Lists))
		return nil
	}, cosigned, replayed, newest, lists, evidence, unexplained)
	return errors.Join(append(errs, err)...)
}
