package simulator_test

import (
	"reflect"
	"testing"

	"github.com/pcc-platform/pcc/internal/simulator"
)

func TestSameSeedMakesTheSameVehicles(t *testing.T) {
	a, b := simulator.New(5, simulator.DefaultRates()), simulator.New(5, simulator.DefaultRates())
	for range 300 {
		vehicleA, labelA := a.Next()
		vehicleB, labelB := b.Next()
		if !reflect.DeepEqual(vehicleA, vehicleB) || labelA != labelB {
			t.Fatalf("%+v %+v\n%+v %+v", labelA, vehicleA, labelB, vehicleB)
		}
	}
}

func TestWithoutRatesNothingHappens(t *testing.T) {
	p := simulator.New(5, simulator.Rates{})
	for range 500 {
		vehicle, label := p.Next()
		if label != (simulator.Label{}) {
			t.Fatalf("label %+v", label)
		}
		for i := 1; i < len(vehicle.Readings); i++ {
			if vehicle.Readings[i].Value < vehicle.Readings[i-1].Value {
				t.Fatalf("decreases: %+v", vehicle.Readings)
			}
		}
	}
}

func TestEveryClassComesUp(t *testing.T) {
	rates := simulator.DefaultRates()
	rates.Rollback, rates.ClusterDeclared, rates.ClusterUndeclared = 0.3, 0.05, 0.05
	rates.TwoVehicles, rates.Blocker, rates.FiveDigits = 0.05, 0.05, 0.5
	seen := map[simulator.Class]int{}
	p := simulator.New(1, rates)
	for range 20_000 {
		_, label := p.Next()
		seen[label.Class]++
		if label.Class.IsRollback() && label.Missing < 15_000_000 {
			t.Fatalf("turned back by %d m", label.Missing)
		}
	}
	for _, c := range simulator.Classes() {
		if seen[c] == 0 {
			t.Errorf("no vehicle of class %s", c)
		}
	}
}
