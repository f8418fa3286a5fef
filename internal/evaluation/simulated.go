package evaluation

import (
	"context"
	"fmt"
	"strconv"

	"github.com/pcc-platform/pcc/internal/simulator"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// verdicts is the number of verdicts.
const verdicts = int(adjudication.RollbackEstablished) + 1

// Matrix counts vehicles by class and verdict, and those of a class with any decrease.
type Matrix struct {
	Vehicles  int
	Verdicts  map[simulator.Class]*[verdicts]int
	Decreases map[simulator.Class]int
}

// Simulate judges vehicles of a population.
func Simulate(ctx context.Context, policy adjudication.Policy, population *simulator.Population, vehicles int) (Matrix, error) {
	m := Matrix{Vehicles: vehicles, Verdicts: map[simulator.Class]*[verdicts]int{}, Decreases: map[simulator.Class]int{}}
	for _, c := range simulator.Classes() {
		m.Verdicts[c] = new([verdicts]int)
	}
	for range vehicles {
		if err := ctx.Err(); err != nil {
			return Matrix{}, fmt.Errorf("simulate: %w", err)
		}
		vehicle, label := population.Next()
		readings := toReadings(vehicle)
		result := adjudication.Full(policy, readings, toSignals(vehicle))
		m.Verdicts[label.Class][result.Verdict]++
		if AnyDecrease(readings) {
			m.Decreases[label.Class]++
		}
	}
	return m, nil
}

// AnyDecrease is the reference detector: any reading lower than the one before it is fraud.
func AnyDecrease(readings []adjudication.Reading) bool {
	for i := 1; i < len(readings); i++ {
		if readings[i].Metres < readings[i-1].Metres {
			return true
		}
	}
	return false
}

// Score is how well a detector finds what it looks for.
type Score struct{ Found, Right, Sought int }

// Precision is the share of what it found that is right.
func (s Score) Precision() float64 { return ratio(s.Right, s.Found) }

// Recall is the share of what it looks for that it found.
func (s Score) Recall() float64 { return ratio(s.Right, s.Sought) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Rollbacks scores the verdicts rollback_suspected and rollback_established. Found are all vehicles so called, right those
// that were turned back, sought those turned back with two or more later readings that show it; recall counts only these.
func (m *Matrix) Rollbacks() (precision, recall Score) {
	return m.score(func(c simulator.Class) int {
		return m.Verdicts[c][adjudication.RollbackSuspected] + m.Verdicts[c][adjudication.RollbackEstablished]
	})
}

// Reference scores the reference detector in the same way.
func (m *Matrix) Reference() (precision, recall Score) {
	return m.score(func(c simulator.Class) int { return m.Decreases[c] })
}

func (m *Matrix) score(found func(simulator.Class) int) (precision, recall Score) {
	for _, c := range simulator.Classes() {
		precision.Found += found(c)
		if c.Tampered() {
			precision.Right += found(c)
		}
		if c.IsRollback() {
			recall.Right += found(c)
			for _, n := range m.Verdicts[c] {
				recall.Sought += n
			}
		}
	}
	return precision, recall
}

// Count is the number of vehicles of a class with a verdict.
func (m *Matrix) Count(c simulator.Class, v adjudication.Verdict) int { return m.Verdicts[c][v] }

// assurance is what readings of an entity weigh: the base rate of its class.
func assurance(e simulator.Entity) int {
	switch e {
	case simulator.Inspection:
		return 900
	case simulator.Cloud:
		return 850
	case simulator.Garage:
		return 700
	}
	return 400
}

func toReadings(v simulator.Vehicle) []adjudication.Reading {
	readings := make([]adjudication.Reading, len(v.Readings))
	for i, r := range v.Readings {
		readings[i] = adjudication.Reading{
			EventID: r.ID, Source: r.Source, Assurance: assurance(r.Entity), OccurredAt: r.At, AcceptedAt: r.At,
			Metres: r.Value * 1000, RawValue: strconv.FormatInt(r.Value, 10), RawUnit: adjudication.Kilometre,
			Kind: adjudication.KindInspection, Provenance: adjudication.Typed,
		}
		if r.Unit == simulator.Mile {
			readings[i].Metres, readings[i].RawUnit = r.Value*1_609_344/1000, adjudication.Mile
		}
		switch r.Entity {
		case simulator.Cloud:
			readings[i].Kind, readings[i].Provenance = adjudication.KindConnected, adjudication.SignedECU
		case simulator.Garage:
			readings[i].Kind = adjudication.KindService
		case simulator.Inspection:
		}
	}
	return readings
}

func toSignals(v simulator.Vehicle) []adjudication.Signal {
	kinds := map[simulator.SignalKind]adjudication.SignalKind{
		simulator.FirstRegistration: adjudication.FirstRegistration,
		simulator.OwnershipChange:   adjudication.OwnershipChange,
		simulator.Imported:          adjudication.Import,
		simulator.ClusterChanged:    adjudication.ClusterChange,
		simulator.Trips:             adjudication.Trips,
	}
	signals := make([]adjudication.Signal, len(v.Signals))
	for i, s := range v.Signals {
		signals[i] = adjudication.Signal{
			EventID: s.ID, Source: "register", Kind: kinds[s.Kind], OccurredAt: s.At, Since: s.Since, Amount: s.Metres,
			Unit: originUnit(s), Removed: s.Removed * 1000, Installed: s.Installed * 1000, ValuesKnown: s.Kind == simulator.ClusterChanged,
		}
	}
	return signals
}

// originUnit is the unit that counters show where a vehicle came from.
func originUnit(s simulator.Signal) adjudication.Unit {
	switch {
	case s.Kind != simulator.Imported:
		return adjudication.UnitUnknown
	case s.FromMiles:
		return adjudication.Mile
	default:
		return adjudication.Kilometre
	}
}
