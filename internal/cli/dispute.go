package cli

import (
	"fmt"
	"strings"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// standing is what became of an event, in a word.
func standing(s *ingestv1.EventStanding) string {
	switch {
	case s.GetWithdrawn():
		return "withdrawn"
	case s.GetDisputed():
		return "disputed"
	default:
		return "-"
	}
}

// printDisputes shows the disputes over events: who is of another opinion, what for, and what came out. Members' own words are
// quoted, so that they cannot command the terminal.
func printDisputes(env *environment, events []*ingestv1.Event) {
	for _, e := range events {
		for _, d := range e.GetStanding().GetDisputes() {
			state := strings.ToLower(strings.TrimPrefix(d.GetState().String(), "DISPUTE_STATE_"))
			env.printf("dispute over %s: %s, until %s\n", e.GetName(), state, d.GetDeadline().AsTime().Format("2006-01-02"))
			env.printf("  %s: %q\n", d.GetOpener(), d.GetReason())
			for _, x := range d.GetEvidence() {
				env.printf("  evidence: %s\n", exhibit(x))
			}
			if d.GetResolver() != "" {
				env.printf("  %s: %q\n", d.GetResolver(), d.GetFinding())
			}
		}
	}
}

func exhibit(x *eventsv1.Exhibit) string {
	if document := x.GetDocument(); document != nil {
		return fmt.Sprintf("%s, SHA-256 %x", document.GetMediaType(), document.GetSha256())
	}
	return "event " + x.GetEventId()
}
