package replay

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Difference is one thing that is stored, or that the platform says, otherwise than it computes.
type Difference struct {
	// Where is "leaf 12" or the name of an event or a passport.
	Where string
	What  string
	// Stored is what is said there, Computed what comes out.
	Stored, Computed string
}

// differences collects what differs.
type differences []Difference

func (d *differences) add(where, what string, stored, computed any) {
	*d = append(*d, Difference{Where: where, What: what, Stored: fmt.Sprintf("%v", stored), Computed: fmt.Sprintf("%v", computed)})
}

// examiner computes of an event's quality what follows from its leaf alone.
type examiner struct {
	policies map[string]quality.Policy
	decoder  *cloudevent.Decoder
}

func newExaminer() (examiner, error) {
	decoder, err := cloudevent.NewDecoder()
	if err != nil {
		return examiner{}, err
	}
	policy := quality.DefaultPolicy()
	return examiner{policies: map[string]quality.Policy{policy.Version: policy}, decoder: decoder}, nil
}

// readEvent reads the payload of an event's leaf.
func readEvent(payload []byte) (*ingestv1.JournaledEvent, ingest.Event, error) {
	journaled := &ingestv1.JournaledEvent{}
	if err := proto.Unmarshal(payload, journaled); err != nil {
		return nil, ingest.Event{}, err
	}
	e, err := wire.ToEvent(journaled)
	return journaled, e, err
}

// inputs are those that an event has, with all that it shows itself in place of what its leaf says, when its member is of a class.
// hasMileage says that its plausibility rests on other events.
func (x *examiner) inputs(policy *quality.Policy, e *ingest.Event, class ingest.Class) (in quality.Inputs, hasMileage bool, err error) {
	evidence, err := x.decoder.Evidence(e)
	if err != nil {
		return in, false, err
	}
	in = e.Quality.Inputs
	in.Kind = ingest.DataKind(e.Type)
	in.Provenance, in.Completeness = policy.ProvenanceWorth(evidence.Provenance()), evidence.Completeness
	in.Delay = max(e.ReceivedAt.Sub(e.OccurredAt), 0).Truncate(time.Microsecond)
	in.Corroborators, in.Withdrawn = 0, false // nobody knew the event before
	in.BaseRate = ingest.BaseRate(policy, ingest.BaseQuality(policy, class).Inputs.BaseRate, evidence.Provenance())
	if evidence.Mileage == nil {
		in.Plausibility = policy.Unjudged
	}
	return in, evidence.Mileage != nil, nil
}

// compare finds what a leaf says otherwise of an event's quality than was computed.
func (d *differences) compare(where string, policy *quality.Policy, stored *ingest.Quality, class ingest.Class, computed *quality.Inputs) {
	in := &stored.Inputs
	for _, c := range []struct {
		what             string
		stored, computed any
	}{
		{"class of the source", stored.Class, class},
		{"kind of data", in.Kind, computed.Kind},
		{"base rate", in.BaseRate, computed.BaseRate},
		{"confirmations", in.Confirmations, computed.Confirmations},
		{"refutations", in.Refutations, computed.Refutations},
		{"plausibility", in.Plausibility, computed.Plausibility},
		{"provenance", in.Provenance, computed.Provenance},
		{"completeness", in.Completeness, computed.Completeness},
		{"delay", in.Delay, computed.Delay},
		{"corroborators", in.Corroborators, computed.Corroborators},
		{"withdrawal", in.Withdrawn, computed.Withdrawn},
		{"index", stored.Index, policy.Score(*computed).Index},
	} {
		if c.stored != c.computed {
			d.add(where, c.what, c.stored, c.computed)
		}
	}
}
