package ingest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// KeptReading is a mileage in the bounded selection of a vehicle's history, with what became of its source's reputation.
type KeptReading struct {
	adjudication.Reading
	DataKind           quality.Kind
	Confirmed, Refuted bool
	// news is the id of the event while it is one of those being appraised.
	news uuid.UUID
}

// open says that the reading has no mark yet.
func (r *KeptReading) open() bool { return !r.Confirmed && !r.Refuted }

// Vehicle is what is kept of a vehicle between transactions. Its history has two parts, stored apart: the tail, which every event
// changes, and the body, which few do. The tail suffices to judge nearly all events.
type Vehicle struct {
	Passport uuid.UUID
	// Revision counts the transactions that changed it, 0 for one not known yet.
	Revision int64
	// Course sums up the body for the adjudication, and Awaiting for reputations: members, two at most, that have readings in it
	// that fit and have no mark yet.
	Course   adjudication.Course
	Awaiting []string
	// Whole says that the body is here, too. History is empty otherwise.
	Whole   bool
	History adjudication.State
	// Readings are those that the history keeps, in its order, of the tail or of the whole. The first Body of them are the body's.
	Readings []KeptReading
	Body     int
	// Change says what becomes of the stored body.
	Change BodyChange
	// Verdict is of the history. Of a vehicle that was stored it has verdict, confidence and policy.
	Verdict adjudication.Result
}

// BodyChange says what a transaction makes of a vehicle's stored body.
type BodyChange uint8

// The changes. An extended body gets the first Body readings of a vehicle that is not whole.
const (
	BodyKept BodyChange = iota
	BodyExtended
	BodyReplaced
)

// news is what new events say of a vehicle.
type news struct {
	readings []KeptReading
	signals  []adjudication.Signal
	// assessed has what is thought of each of the readings, once the vehicle is judged.
	assessed []adjudication.Assessment
}

// assess fills assessed by the verdict on the whole history.
func (n *news) assess(verdict *adjudication.Result) {
	n.assessed = make([]adjudication.Assessment, len(n.readings))
	for i := range n.readings {
		n.assessed[i] = verdict.Assess(n.readings[i].Reading)
	}
}

// mileages are the news for adjudication.
func (n *news) mileages() []adjudication.Reading {
	readings := make([]adjudication.Reading, len(n.readings))
	for i := range n.readings {
		readings[i] = n.readings[i].Reading
	}
	return readings
}

// unmarked are the readings without what they are to reputations.
func unmarked(kept []KeptReading) []*adjudication.Reading {
	readings := make([]*adjudication.Reading, len(kept))
	for i := range kept {
		readings[i] = &kept[i].Reading
	}
	return readings
}

// learn adds to a whole vehicle's history, judges it anew, and settles what the news decide.
func (v *Vehicle) learn(policy *adjudication.Policy, n *news) []Mark {
	stored, before := v.Readings[:v.Body], v.Course
	v.History.Add(n.mileages()...)
	v.History.AddSignals(n.signals...)
	v.Verdict = v.History.Judge(*policy)
	v.Readings = align(v.Verdict.Assessments, v.Readings, n.readings)
	marks := v.settle(policy.Tolerance)
	v.Whole = true
	v.Course, v.Body = v.History.Split(policy, before)
	v.Awaiting = v.await(nil)
	if len(n.signals) > 0 || !slices.Equal(stored, v.Readings[:v.Body]) {
		v.Change = BodyReplaced
	}
	return marks
}

// follow is learn for a vehicle of which only the tail is known. ok is false, and nothing has changed, when that does not suffice.
func (v *Vehicle) follow(policy *adjudication.Policy, n *news) (marks []Mark, ok bool) {
	if v.Whole || len(n.signals) > 0 || v.Verdict.Policy != policy.Version || v.confirmsBody(n) {
		return nil, false
	}
	tail := adjudication.Tail{Course: v.Course, Readings: unmarked(v.Readings)}
	verdict, assessed, ok := tail.Add(policy, n.mileages()...)
	if !ok {
		return nil, false
	}
	v.Verdict, n.assessed = verdict, assessed
	v.Readings = align(v.Verdict.Assessments, v.Readings, n.readings)
	marks = v.settle(policy.Tolerance)
	if v.Body = tail.Trim(policy); v.Body > 0 {
		v.Course, v.Change, v.Awaiting = tail.Course, BodyExtended, v.await(v.Awaiting)
	}
	return marks, true
}

// align returns the readings that were judged, with what is known besides: of those kept before, which are in the same order with
// gaps where others have replaced some, and of those added.
func align(judged []adjudication.Assessment, before, added []KeptReading) []KeptReading {
	find := finder(added)
	kept := make([]KeptReading, len(judged))
	for i := range judged {
		id := judged[i].EventID
		if r := find(id); r != nil {
			kept[i] = *r
			continue
		}
		for before[0].EventID != id {
			before = before[1:]
		}
		kept[i], before = before[0], before[1:]
	}
	return kept
}

// finder finds readings by the ids of their events, nil for others.
func finder(readings []KeptReading) func(id string) *KeptReading {
	const few = 4 // nearly always one
	if len(readings) <= few {
		return func(id string) *KeptReading {
			for i := range readings {
				if readings[i].EventID == id {
					return &readings[i]
				}
			}
			return nil
		}
	}
	byID := make(map[string]*KeptReading, len(readings))
	for i := range readings {
		byID[readings[i].EventID] = &readings[i]
	}
	return func(id string) *KeptReading { return byID[id] }
}

// confirmsBody says whether new readings may confirm some of the body.
func (v *Vehicle) confirmsBody(n *news) bool {
	for i := range n.readings {
		source := n.readings[i].Source
		if slices.ContainsFunc(v.Awaiting, func(member string) bool { return member != source }) {
			return true
		}
	}
	return false
}

// await returns the members that await marks for readings of the body, when it has those too that Body counts.
func (v *Vehicle) await(members []string) []string {
	const enough = 2 // whoever reads next, at least one is another
	for i := range v.Readings[:v.Body] {
		if r := &v.Readings[i]; len(members) < enough && r.open() && v.fits(i) && !slices.Contains(members, r.Source) {
			members = append(members, r.Source)
		}
	}
	return members
}
