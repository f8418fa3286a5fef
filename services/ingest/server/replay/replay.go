// Package replay computes the quality indices of a member's journal stream anew and tells where they differ from what the stream
// says. Nothing is believed that the stream itself can show:
//
//   - reputations are made from the marks in the stream, in their order;
//   - provenance, completeness, kind of data and delay are read from the event;
//   - the base rate follows from the class of the member, which the directory names, and the event's provenance;
//   - the plausibility of an event without a mileage is the policy's;
//   - the index is computed from the inputs by the policy that the event names;
//   - the leaf's hash is computed from the leaf and the key of its list, and the events of one vehicle and class, and they
//     alone, are in one list;
//   - the statement that a signed event names stands before it and covers it. Its signature is not verified here.
//
// The plausibility of a mileage rests on the vehicle's events of all members, and which of them were journaled before is nobody
// else's business: it is taken from the leaf, and only has to be one that the adjudication gives for the reason in the leaf.
// That marks were deserved cannot be seen in the stream of the member they are of either.
package replay

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

const markType = "pcc.ingest.v1.ReputationMark"

// Difference is one thing that the stream says otherwise than it computes.
type Difference struct {
	// Sequence is the leaf's.
	Sequence int64
	What     string
	// Stored is what the leaf says, Computed what comes out.
	Stored, Computed string
}

// Replay is a stream under way. It wants the leaves in their order, from the first on, and is not safe for concurrent use.
type Replay struct {
	policies map[string]quality.Policy
	decoder  *cloudevent.Decoder
	// reputations has, for each kind of data, the reputation after so many marks.
	reputations map[string][]quality.Reputation
	lists       lists
	statements  wire.Statements
	class       ingest.Class
	next        int64

	// Indices, Marks and Others count the leaves so far: events with inputs, marks, and what has no index to compute.
	Indices, Marks, Others int
	// Believed counts those of Indices with a plausibility, or a base rate, that is taken from the leaf.
	Believed    int
	Differences []Difference
}

// New returns a replay of a stream that begins, of a member of a class, for example "garage".
func New(class string) (*Replay, error) {
	decoder, err := cloudevent.NewDecoder()
	if err != nil {
		return nil, err
	}
	policy := quality.DefaultPolicy()
	return &Replay{
		class:    ingest.Class(class),
		policies: map[string]quality.Policy{policy.Version: policy}, decoder: decoder, reputations: map[string][]quality.Reputation{}, lists: newLists(),
	}, nil
}

// Add replays the next leaf. Its error is of a leaf that is not one; what is merely wrong becomes a Difference.
func (r *Replay) Add(leaf *ingestv1.JournalLeaf) error {
	sequence := leaf.GetPosition().GetSequence()
	if sequence != r.next {
		return fmt.Errorf("replay: leaf %d after %d leaves", sequence, r.next)
	}
	r.next++
	key, err := listKey(leaf)
	if err != nil {
		return err
	}
	if hash := proof.EntryOf(key, leaf.GetLeaf()).Hash(); string(hash[:]) != string(leaf.GetPosition().GetLeafHash()) {
		r.differ(sequence, "leaf hash", leaf.GetPosition().GetLeafHash(), hash[:])
	}
	frame, err := proof.ParseFrame(leaf.GetLeaf())
	if err != nil {
		return fmt.Errorf("replay: leaf %d: %w", sequence, err)
	}
	if frame.Type != wire.EventType && key != (eventlist.Key{}) {
		r.differ(sequence, "list", "one of a vehicle", "none")
	}
	switch frame.Type {
	case wire.EventType:
		err = r.event(sequence, key, frame.Payload)
	case markType:
		err = r.mark(sequence, frame.Payload)
	case wire.StatementType:
		r.statement(sequence, frame.Payload)
	default:
		r.Others++
	}
	if err != nil {
		return fmt.Errorf("replay: leaf %d: %w", sequence, err)
	}
	return nil
}

func (r *Replay) differ(sequence int64, what string, stored, computed any) {
	r.Differences = append(r.Differences, Difference{
		Sequence: sequence, What: what, Stored: fmt.Sprintf("%v", stored), Computed: fmt.Sprintf("%v", computed),
	})
}

// policy is the one that counts reputations; there has been one so far.
func (r *Replay) policy() quality.Policy { return r.policies[quality.DefaultPolicy().Version] }

func (r *Replay) mark(sequence int64, payload []byte) error {
	m := &ingestv1.ReputationMark{}
	if err := proto.Unmarshal(payload, m); err != nil {
		return err
	}
	r.Marks++
	history := r.reputations[m.GetDataKind()]
	if len(history) == 0 {
		history = []quality.Reputation{{}}
	}
	if m.GetNumber() != int64(len(history)) {
		r.differ(sequence, "number of the mark", m.GetNumber(), len(history))
	}
	policy, last := r.policy(), history[len(history)-1]
	if outcome := wire.ToOutcome(m.GetOutcome()); outcome == quality.Forgiven {
		last = policy.Forgiven(last, m.GetForgivenDay(), m.GetDay())
	} else {
		last = policy.Marked(last, outcome, m.GetDay())
	}
	r.reputations[m.GetDataKind()] = append(history, last)
	return nil
}

// statement keeps a statement for the events that name it.
func (r *Replay) statement(sequence int64, payload []byte) {
	r.Others++
	if r.statements.Add(uint64(sequence), payload) != nil {
		r.differ(sequence, "statement", "over these events", "none, or over others")
	}
}

func (r *Replay) event(sequence int64, key eventlist.Key, payload []byte) error {
	journaled := &ingestv1.JournaledEvent{}
	if err := proto.Unmarshal(payload, journaled); err != nil {
		return err
	}
	if err := r.checkList(sequence, key, journaled); err != nil {
		return err
	}
	if _, err := r.statements.Signature(uint64(sequence), journaled); err != nil {
		r.differ(sequence, "signature", "a statement that covers the event", "none where it should be")
	}
	stored := wire.ToQuality(journaled.GetQuality())
	policy, known := r.policies[stored.Policy]
	if journaled.GetQuality().GetInputs() == nil || !known {
		r.Others++
		return nil
	}
	r.Indices++
	computed, err := r.inputs(sequence, &policy, journaled, &stored)
	if err != nil {
		return err
	}
	r.compareInputs(sequence, &stored, &computed)
	if index := policy.Score(computed).Index; index != stored.Index {
		r.differ(sequence, "index", stored.Index, index)
	}
	return nil
}

// inputs are an event's, with all that the stream can show in place of what the leaf says.
func (r *Replay) inputs(sequence int64, policy *quality.Policy, journaled *ingestv1.JournaledEvent, stored *ingest.Quality) (quality.Inputs, error) {
	in := stored.Inputs
	ce := &pb.CloudEvent{}
	if err := proto.Unmarshal(journaled.GetCloudEvent(), ce); err != nil {
		return in, err
	}
	e := ingest.Event{
		Member: strings.TrimPrefix(journaled.GetMember(), "members/"), Type: ce.GetType(), Bytes: journaled.GetCloudEvent(),
		OccurredAt: ce.GetAttributes()["time"].GetCeTimestamp().AsTime(), ReceivedAt: journaled.GetReceiveTime().AsTime(),
		OdometerMetres: journaled.OdometerMetres,
	}
	evidence, err := r.decoder.Evidence(&e)
	if err != nil {
		return in, err
	}
	in.Kind = ingest.DataKind(e.Type)
	in.Provenance, in.Completeness = policy.ProvenanceWorth(evidence.Provenance()), evidence.Completeness
	in.Delay = max(e.ReceivedAt.Sub(e.OccurredAt), 0).Truncate(time.Microsecond)
	in.Corroborators, in.Withdrawn = 0, false // nobody knew the event before
	if stored.Class != ingest.ClassUnknown {
		in.BaseRate = ingest.BaseRate(policy, ingest.BaseQuality(policy, r.class).Inputs.BaseRate, evidence.Provenance())
	}
	if evidence.Mileage == nil {
		in.Plausibility = policy.Unjudged
	} else {
		r.checkPlausibility(sequence, stored)
	}
	if evidence.Mileage != nil || stored.Class == ingest.ClassUnknown {
		r.Believed++
	}
	in.Confirmations, in.Refutations = 0, 0
	if history := r.reputations[string(in.Kind)]; stored.Marks > 0 && stored.Marks < int64(len(history)) {
		reputation := policy.Aged(history[stored.Marks], e.ReceivedAt.Unix()/int64((24*time.Hour).Seconds()))
		in.Confirmations, in.Refutations = reputation.Confirmations, reputation.Refutations
	}
	return in, nil
}

// checkPlausibility wants a plausibility that the adjudication gives for the reason.
func (r *Replay) checkPlausibility(sequence int64, stored *ingest.Quality) {
	const thousandth = quality.One / 1000
	judged := adjudication.Assessment{Reason: stored.Reason, Plausibility: int(stored.Inputs.Plausibility / thousandth)}
	if !judged.Possible() || stored.Inputs.Plausibility%thousandth != 0 {
		r.differ(sequence, "plausibility", stored.Inputs.Plausibility, "impossible with the reason "+strconv.Quote(string(stored.Reason)))
	}
}

func (r *Replay) compareInputs(sequence int64, stored *ingest.Quality, computed *quality.Inputs) {
	class := stored.Class
	if class != ingest.ClassUnknown { // of a leaf from before classes were kept
		class = r.class
	}
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
	} {
		if c.stored != c.computed {
			r.differ(sequence, c.what, c.stored, c.computed)
		}
	}
}
