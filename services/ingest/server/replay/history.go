package replay

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// ErrNotOneVehicle says that an event is of another passport than those before.
var ErrNotOneVehicle = errors.New("replay: events of more than one passport")

// History is all events of one passport. It is not safe for concurrent use.
type History struct {
	examiner
	appraiser ingest.Appraiser
	events    []ingest.Event
}

// NewHistory returns one without events.
func NewHistory() (*History, error) {
	x, err := newExaminer()
	if err != nil {
		return nil, err
	}
	return &History{examiner: x, appraiser: ingest.Appraiser{
		Quality: quality.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(), Evidence: x.decoder.Evidence,
	}}, nil
}

// Add takes an event by the frame of its leaf, in any order. Its error is of a leaf that is none of an event of the passport.
func (h *History) Add(frame []byte) error {
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if leaf.Type != wire.EventType {
		return fmt.Errorf("replay: a leaf of type %.80q", leaf.Type)
	}
	_, e, err := readEvent(leaf.Payload)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if len(h.events) > 0 && h.events[0].Passport != e.Passport {
		return ErrNotOneVehicle
	}
	h.events = append(h.events, e)
	return nil
}

// Outcome is what a history comes to.
type Outcome struct {
	// Verdict is as the platform would send it; nil without events.
	Verdict *ingestv1.OdometerVerdict
	// Indices counts the events whose index was computed, and Plausibilities those of them with a mileage.
	Indices, Plausibilities int
	Differences             []Difference
}

// Replay computes the verdict and every index anew.
func (h *History) Replay() (Outcome, error) {
	if len(h.events) == 0 {
		return Outcome{}, nil
	}
	var found differences
	out := Outcome{}
	for i := range h.events {
		e := &h.events[i]
		policy, known := h.policies[e.Quality.Policy]
		if !known {
			found.add(nameOf(e), "policy of the index", e.Quality.Policy, "one that is known here")
			continue
		}
		computed, _, err := h.inputs(&policy, e, e.Quality.Class)
		if err != nil {
			return out, fmt.Errorf("replay: %s: %w", nameOf(e), err)
		}
		out.Indices++
		found.compare(nameOf(e), &policy, &e.Quality, e.Quality.Class, &computed)
	}
	again, err := h.appraiser.Recompute(h.events)
	if err != nil {
		return out, fmt.Errorf("replay: %w", err)
	}
	found.misjudged(h.events, again.Misjudged)
	out.Plausibilities, out.Differences = again.Appraised, found
	out.Verdict = wire.FromVerdict(h.events[0].Passport, &again.Verdict)
	return out, nil
}

// misjudged tells of plausibilities that do not follow from the events before.
func (d *differences) misjudged(events []ingest.Event, misjudged []ingest.Misjudgement) {
	computed := make(map[uuid.UUID]adjudication.Assessment, len(misjudged))
	for _, m := range misjudged {
		computed[m.Event] = m.Computed
	}
	for i := range events {
		if a, ok := computed[events[i].ID]; ok {
			q := &events[i].Quality
			d.add(nameOf(&events[i]), "plausibility", judged(int(q.Inputs.Plausibility/thousandth), q.Reason), judged(a.Plausibility, a.Reason))
		}
	}
}

const thousandth = quality.One / 1000

// judged writes an assessment, such as "200 of 1000, UNIT_ERROR".
func judged(plausibility int, reason adjudication.Code) string {
	text := strconv.Itoa(plausibility) + " of 1000"
	if reason != "" {
		text += ", " + string(reason)
	}
	return text
}

func nameOf(e *ingest.Event) string { return ingest.EventName(e.Passport, e.ID) }
