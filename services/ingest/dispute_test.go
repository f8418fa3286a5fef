package ingest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest"
)

// ruling is a resolution by an authority.
func ruling(of ingest.Note, member string, upheld bool, after time.Duration) ingest.Note {
	n := resolution(of, member, upheld, after)
	n.Class = ingest.ClassAuthority
	return n
}

func TestDisputes(t *testing.T) {
	opened := objection(day)
	own := objection(day)
	own.Member = "garage"
	byAuthority := objection(day)
	byAuthority.Member = "police"
	for name, c := range map[string]struct {
		notes []ingest.Note
		at    time.Duration
		want  ingest.DisputeState
	}{
		"open":                              {[]ingest.Note{opened}, 31 * day, ingest.DisputeOpen},
		"expired":                           {[]ingest.Note{opened}, 31*day + 1, ingest.DisputeExpired},
		"upheld by the source":              {[]ingest.Note{opened, resolution(opened, "garage", true, 2*day)}, 90 * day, ingest.DisputeUpheld},
		"not known yet":                     {[]ingest.Note{opened, resolution(opened, "garage", true, 2*day)}, 2*day - 1, ingest.DisputeOpen},
		"dropped by its opener":             {[]ingest.Note{opened, resolution(opened, "insurer", false, 2*day)}, 90 * day, ingest.DisputeDropped},
		"rejected by the source":            {[]ingest.Note{opened, resolution(opened, "garage", false, 2*day)}, 9 * day, ingest.DisputeOpen},
		"upheld by its opener":              {[]ingest.Note{opened, resolution(opened, "insurer", true, 2*day)}, 9 * day, ingest.DisputeOpen},
		"upheld too late":                   {[]ingest.Note{opened, resolution(opened, "garage", true, 32*day)}, 90 * day, ingest.DisputeExpired},
		"dropped, then upheld":              {[]ingest.Note{resolution(opened, "garage", true, 3*day), opened, resolution(opened, "insurer", false, 2*day)}, 9 * day, ingest.DisputeDropped},
		"by the source itself is no effect": {[]ingest.Note{own}, 9 * day, 0},
		"upheld by an arbiter":              {[]ingest.Note{opened, ruling(opened, "police", true, 2*day)}, 90 * day, ingest.DisputeUpheld},
		"dismissed by an arbiter":           {[]ingest.Note{opened, ruling(opened, "police", false, 2*day)}, 90 * day, ingest.DisputeDismissed},
		"on the last day":                   {[]ingest.Note{opened, ruling(opened, "police", false, 31*day)}, 90 * day, ingest.DisputeDismissed},
		"dismissed too late":                {[]ingest.Note{opened, ruling(opened, "police", false, 31*day+1)}, 90 * day, ingest.DisputeExpired},
		"by who is no authority":            {[]ingest.Note{opened, resolution(opened, "dealer", true, 2*day)}, 9 * day, ingest.DisputeOpen},
		"dismissed, then upheld":            {[]ingest.Note{opened, ruling(opened, "police", false, 2*day), resolution(opened, "garage", true, 3*day)}, 9 * day, ingest.DisputeDismissed},
		"two arbiters":                      {[]ingest.Note{opened, ruling(opened, "police", false, 3*day), ruling(opened, "registry", true, 2*day)}, 9 * day, ingest.DisputeUpheld},
		"of an authority by itself":         {[]ingest.Note{byAuthority, ruling(byAuthority, "police", true, 2*day)}, 9 * day, ingest.DisputeOpen},
		"of an authority by another one":    {[]ingest.Note{byAuthority, ruling(byAuthority, "registry", true, 2*day)}, 9 * day, ingest.DisputeUpheld},
		"of another dispute":                {[]ingest.Note{opened, ruling(objection(day), "police", true, 2*day)}, 9 * day, ingest.DisputeOpen},
	} {
		s := ingest.StandingOf(&noted, c.notes, now.Add(c.at))
		var got ingest.DisputeState
		if len(s.Disputes) > 0 {
			got = s.Disputes[0].State
		}
		if got != c.want || s.Withdrawn() != (c.want == ingest.DisputeUpheld) || s.Disputed() != (c.want == ingest.DisputeOpen) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestAuthorityIsAPartyLikeOthers disputes an event of an authority, which cannot dismiss that itself.
func TestAuthorityIsAPartyLikeOthers(t *testing.T) {
	event := noted
	event.Member = "police"
	opened := objection(day)
	for upheld, want := range map[bool]ingest.DisputeState{true: ingest.DisputeUpheld, false: ingest.DisputeOpen} {
		s := ingest.StandingOf(&event, []ingest.Note{opened, ruling(opened, "police", upheld, 2*day)}, now.Add(9*day))
		if s.Disputes[0].State != want {
			t.Errorf("upheld %t: %+v", upheld, s.Disputes[0])
		}
	}
}

func TestDisputeShowsWhatItRestsOn(t *testing.T) {
	opened := objection(day)
	opened.Statement = "the vehicle was in repair"
	opened.Evidence = []ingest.Exhibit{{Event: uuid.New()}, {Document: ingest.Hash{1}, MediaType: "application/pdf"}}
	ruled := ruling(opened, "police", false, 2*day)
	ruled.Statement = "the invoice is of another vehicle"
	want := ingest.Dispute{
		OpenedBy: opened.Event, Opener: "insurer", OpenedAt: now.Add(day), Deadline: now.Add(31 * day), Reason: opened.Statement,
		Evidence: opened.Evidence, State: ingest.DisputeDismissed,
		ResolvedBy: ruled.Event, Resolver: "police", ResolvedAt: now.Add(2 * day), Finding: ruled.Statement,
	}
	s := ingest.StandingOf(&noted, []ingest.Note{ruled, opened}, now.Add(9*day))
	if len(s.Disputes) != 1 || !reflect.DeepEqual(s.Disputes[0], want) {
		t.Errorf("%+v, want %+v", s.Disputes, want)
	}
}
