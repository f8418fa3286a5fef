package adjudication

import "slices"

// Readings and Signals are what a State keeps, in the canonical order. Put into an empty State they make an equal one, so that
// a history can be stored between two calls.
func (s *State) Readings() []Reading { return slices.Clone(s.readings.items) }

// Signals are those of life, then those of use.
func (s *State) Signals() []Signal { return slices.Concat(s.life.items, s.use.items) }
