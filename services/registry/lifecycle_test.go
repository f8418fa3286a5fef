package registry

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	allStates  = []LifeCycle{Manufactured, Registered, Active, Stolen, Exported, TotalLoss, Dismantled}
	allClasses = []MemberClass{Maker, Insurer, Garage, InspectionCentre, Dealer, Fleet, Authority}
)

func TestStepTableIsSound(t *testing.T) {
	for s, classes := range steps {
		switch {
		case s.from == s.to:
			t.Errorf("%s: a step to itself", s.from)
		case s.from == Dismantled:
			t.Errorf("dismantled is final, yet it leads to %s", s.to)
		case s.to == Manufactured:
			t.Errorf("%s: a vehicle is not made twice", s.from)
		case !slices.Contains(classes, Authority):
			t.Errorf("%s to %s: the authority may make every step", s.from, s.to)
		}
		if s.to == TotalLoss && slices.ContainsFunc(classes, func(c MemberClass) bool { return c != Insurer && c != Authority }) {
			t.Errorf("%s to total loss: only insurers and the authority declare it, not %v", s.from, classes)
		}
		if s.to == Dismantled && slices.ContainsFunc(classes, func(c MemberClass) bool { return c != Garage && c != Authority }) {
			t.Errorf("%s to dismantled: only facilities and the authority, not %v", s.from, classes)
		}
	}
}

func TestEveryStateLeadsToDismantled(t *testing.T) {
	for _, from := range allStates {
		reached := map[LifeCycle]bool{from: true}
		for range allStates {
			for s := range steps {
				reached[s.to] = reached[s.to] || reached[s.from]
			}
		}
		if !reached[Dismantled] {
			t.Errorf("from %s no way leads to the end", from)
		}
	}
}

func TestCheckStep(t *testing.T) {
	tests := []struct {
		name     string
		from, to LifeCycle
		by       MemberClass
		want     error
	}{
		{"a dealer registers", Manufactured, Registered, Dealer, nil},
		{"an insurer reports a theft", Active, Stolen, Insurer, nil},
		{"a garage dismantles", TotalLoss, Dismantled, Garage, nil},
		{"a garage declares no loss", Active, TotalLoss, Garage, ErrStepNotYours},
		{"an insurer does not dismantle", TotalLoss, Dismantled, Insurer, ErrStepNotYours},
		{"only the authority brings a loss back", TotalLoss, Registered, Insurer, ErrStepNotYours},
		{"a stolen vehicle is not dismantled", Stolen, Dismantled, Authority, ErrStepNotAllowed},
		{"dismantled is final", Dismantled, Registered, Authority, ErrStepNotAllowed},
		{"no step to the same state", Active, Active, Authority, ErrStepNotAllowed},
		{"no step to an unknown state", Active, "", Authority, ErrStepNotAllowed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := checkStep(tt.from, tt.to, tt.by); !errors.Is(err, tt.want) {
				t.Errorf("checkStep = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestRandomWalksStayInTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := firstState(rapid.SampledFrom(allClasses).Draw(t, "enrolled by"))
		for range rapid.IntRange(0, 50).Draw(t, "tries") {
			to, by := rapid.SampledFrom(allStates).Draw(t, "to"), rapid.SampledFrom(allClasses).Draw(t, "by")
			err := checkStep(state, to, by)
			classes, inTable := steps[step{state, to}]
			switch {
			case err == nil && !slices.Contains(classes, by), state == Dismantled && err == nil:
				t.Fatalf("%s moved %s to %s", by, state, to)
			case errors.Is(err, ErrStepNotYours) != (inTable && !slices.Contains(classes, by)):
				t.Fatalf("%s to %s by %s: %v", state, to, by, err)
			case err == nil:
				state = to
			}
		}
	})
}
