package ingest

import (
	"time"

	"github.com/google/uuid"
)

// Refutation tells that an event was refuted, and how well its member answers the same field without it. Whoever sold the event
// before computes from it what the sale would have been.
type Refutation struct {
	Event, Passport uuid.UUID
	// Member sent the event; Field is the question that it answered.
	Member, Field string
	At            time.Time
	// Remaining are the member's other answers; see Rising.
	Remaining []Answer
}

// Answer is how well a member answers a field from a time on, by a quality index of 1 to 100.
type Answer struct {
	From    time.Time
	Quality int
}

// Rising returns those of answers, in the order of their times, that are better than all before them: at any time the last of
// them is the best there was. There are at most 100, as there are indices.
func Rising(answers []Answer) (rising []Answer) {
	best := 0
	for _, a := range answers {
		if a.Quality > best {
			best = a.Quality
			rising = append(rising, a)
		}
	}
	return rising
}
