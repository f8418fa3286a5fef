package adjudication

// State is what is kept of a vehicle's history: at most MaxReadings readings, and at most MaxSignals signals of life and as
// many of use. The zero value is an empty history. A State is not safe for concurrent use.
//
// What was put in cannot be taken out: after a correction, build the State anew from the vehicle's events.
type State struct {
	readings  ladder[*Reading]
	life, use ladder[*Signal]
}

// Add puts readings in, in any order. One that is in already has no effect.
func (s *State) Add(readings ...Reading) {
	s.readings.add(readingRules(), canonical(readings)...)
}

// AddSignals puts signals in, in any order. One that is in already has no effect.
func (s *State) AddSignals(signals ...Signal) {
	var life, use []*Signal
	for _, signal := range signals {
		signal = signal.canonical()
		if signal.Kind.ofUse() {
			use = append(use, &signal)
		} else {
			life = append(life, &signal)
		}
	}
	s.life.add(signalRules(), life...)
	s.use.add(signalRules(), use...)
}

// Merge puts in all that another State has of the same vehicle.
func (s *State) Merge(other *State) {
	s.readings.merge(readingRules(), other.readings)
	s.life.merge(signalRules(), other.life)
	s.use.merge(signalRules(), other.use)
}

// Judge returns the verdict on the history so far.
func (s *State) Judge(policy Policy) Result {
	return judge(&policy, s.readings.items, s.life.items, s.use.items)
}

// Full returns the verdict on a whole history at once. It is the verdict of a State to which the same was added piece by
// piece.
func Full(policy Policy, readings []Reading, signals []Signal) Result {
	var s State
	s.Add(readings...)
	s.AddSignals(signals...)
	return s.Judge(policy)
}
