package ingest

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// CountedMark is a mark with its place among those of its subject.
type CountedMark struct {
	Mark
	Subject Subject
	// Passport is of the marked event, whose id is Reading.EventID.
	Passport uuid.UUID
	// Number counts from 1.
	Number, Day int64
}

// Subjects are those that the marks are of, in order.
func (a *Appraisal) Subjects() []Subject {
	seen := map[Subject]bool{}
	for i := range a.Marks {
		seen[a.Marks[i].subject()] = true
	}
	return slices.SortedFunc(maps.Keys(seen), compareSubjects)
}

func (m *Mark) subject() Subject { return Subject{Member: m.Reading.Source, Kind: m.Reading.DataKind} }

// Count adds the marks to the reputations of their subjects, which it changes, and numbers them.
func (a *Appraisal) Count(policy *quality.Policy, reputations map[Subject]quality.Reputation) []CountedMark {
	at := make(map[uuid.UUID]*Event, len(a.Events))
	for i := range a.Events {
		at[a.Events[i].ID] = &a.Events[i]
	}
	counted := make([]CountedMark, len(a.Marks))
	for i, m := range a.Marks {
		subject, cause := m.subject(), at[m.Cause]
		day := dayOf(cause.ReceivedAt)
		if m.Outcome == quality.Forgiven {
			reputations[subject] = policy.Forgiven(reputations[subject], m.ForgivenDay, day)
		} else {
			reputations[subject] = policy.Marked(reputations[subject], m.Outcome, day)
		}
		counted[i] = CountedMark{Mark: m, Subject: subject, Passport: cause.Passport, Number: reputations[subject].Marks, Day: day}
	}
	return counted
}

// RecentMark is a mark as its subject sees it.
type RecentMark struct {
	Event, Passport uuid.UUID
	Outcome         quality.Outcome
	CreatedAt       time.Time
}
