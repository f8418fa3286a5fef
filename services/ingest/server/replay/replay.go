// Package replay computes anew, offline, what ingest has computed, and tells where that differs from what is stored or said. A
// [Replay] is of a member's own stream, a [History] of one vehicle's events of all members, as a proof document has them.
//
// A Replay computes the quality indices of the stream. Nothing is believed that the stream itself can show:
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
//
// A History computes the verdict on the vehicle's odometer, the plausibilities of its mileages, and of each index what does not
// rest on its source's stream: the class of the source and its reputation are believed.
package replay

import (
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

const markType = "pcc.ingest.v1.ReputationMark"

// Replay is a stream under way. It wants the leaves in their order, from the first on, and is not safe for concurrent use.
type Replay struct {
	examiner
	// reputations has, for each kind of data, the reputation after so many marks.
	reputations map[string][]quality.Reputation
	lists       lists
	statements  wire.Statements
	class       ingest.Class
	next        int64

	// Indices, Marks and Others count the leaves so far: events with inputs, marks, and what has no index to compute.
	Indices, Marks, Others int
	// Believed counts those of Indices with a plausibility that is taken from the leaf.
	Believed    int
	Differences differences
}

// New returns a replay of a stream that begins, of a member of a class, for example "garage".
func New(class string) (*Replay, error) {
	x, err := newExaminer()
	if err != nil {
		return nil, err
	}
	return &Replay{examiner: x, class: ingest.Class(class), reputations: map[string][]quality.Reputation{}, lists: newLists()}, nil
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
	r.Differences.add(leafName(sequence), what, stored, computed)
}

func leafName(sequence int64) string { return fmt.Sprintf("leaf %d", sequence) }

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
	journaled, e, err := readEvent(payload)
	if err != nil {
		return err
	}
	if err := r.checkList(sequence, key, &e); err != nil {
		return err
	}
	if _, err := r.statements.Signature(uint64(sequence), journaled); err != nil {
		r.differ(sequence, "signature", "a statement that covers the event", "none where it should be")
	}
	policy, known := r.policies[e.Quality.Policy]
	if !known {
		r.differ(sequence, "policy of the index", e.Quality.Policy, "one that is known here")
		return nil
	}
	r.Indices++
	computed, hasMileage, err := r.inputs(&policy, &e, r.class)
	if err != nil {
		return err
	}
	if hasMileage {
		r.Believed++
		r.checkPlausibility(sequence, &e.Quality)
	}
	computed.Confirmations, computed.Refutations = 0, 0
	if history := r.reputations[string(computed.Kind)]; e.Quality.Marks > 0 && e.Quality.Marks < int64(len(history)) {
		reputation := policy.Aged(history[e.Quality.Marks], e.ReceivedAt.Unix()/int64((24*time.Hour).Seconds()))
		computed.Confirmations, computed.Refutations = reputation.Confirmations, reputation.Refutations
	}
	r.Differences.compare(leafName(sequence), &policy, &e.Quality, r.class, &computed)
	return nil
}

// checkPlausibility wants a plausibility that the adjudication gives for the reason.
func (r *Replay) checkPlausibility(sequence int64, stored *ingest.Quality) {
	const thousandth = quality.One / 1000
	judged := adjudication.Assessment{Reason: stored.Reason, Plausibility: int(stored.Inputs.Plausibility / thousandth)}
	if !judged.Possible() || stored.Inputs.Plausibility%thousandth != 0 {
		r.differ(sequence, "plausibility", stored.Inputs.Plausibility, "impossible with the reason "+strconv.Quote(string(stored.Reason)))
	}
}
