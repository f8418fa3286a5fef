package adjudication

import "slices"

// Content is all that a State keeps, for storing it between two calls. Items are in the canonical order, and not to be changed.
type Content struct {
	Readings  []*Reading
	Life, Use []*Signal
	// Levels are how coarse the selections of the three have become.
	Levels [3]int
}

// Content returns what the State keeps.
func (s *State) Content() Content {
	return Content{
		Readings: slices.Clone(s.readings.items), Life: slices.Clone(s.life.items), Use: slices.Clone(s.use.items),
		Levels: [3]int{s.readings.level, s.life.level, s.use.level},
	}
}

// Restore returns the State of which c is the Content.
func Restore(c Content) State {
	return State{
		readings: ladder[*Reading]{level: c.Levels[0], items: slices.Clone(c.Readings)},
		life:     ladder[*Signal]{level: c.Levels[1], items: slices.Clone(c.Life)},
		use:      ladder[*Signal]{level: c.Levels[2], items: slices.Clone(c.Use)},
	}
}
