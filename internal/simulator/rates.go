package simulator

// Rates say how often what happens. Each is a share, 0 to 1.
type Rates struct {
	// Of vehicles. Rollback is the share of the vehicles of which somebody tries to turn the counter back.
	Rollback, ClusterDeclared, ClusterUndeclared, TwoVehicles, Blocker, Import, HighMileage float64
	// DonorCluster is the share of undeclared clusters that come from another vehicle with its mileage.
	DonorCluster float64
	// FromMiles is the share of imports from where counters show miles, and ImportInMiles the share of these of which the
	// miles are written down as kilometres from then on.
	FromMiles, ImportInMiles float64
	// FiveDigits is the share of the vehicles first registered before 1995, and not driven unusually much, whose counter
	// has five digits.
	FiveDigits float64
	// NearSale is the share of rollbacks that an ownership change follows within 40 days.
	NearSale float64

	// Of readings by people.
	Typing, Decimal, Unit, WrongVehicle, NotRead float64
	// Of readings by devices.
	Sentinel, Stale float64
}

// DefaultRates are the published priors, as far as there are any. A decrease is seen in 5.9 % of British cars; Belgium,
// with its strict reporting, finds fraud in 0.1 to 0.2 %, while "any decrease is fraud" is right in 21 % of the cases where
// it was looked into. The rate of rollbacks and the rates of errors are set so that the simulated vehicles show both the
// 5.9 % and the 21 %; how the errors divide into kinds follows what French inspections look like.
func DefaultRates() Rates {
	return Rates{
		Rollback: 0.0155, ClusterDeclared: 0.003, ClusterUndeclared: 0.001, TwoVehicles: 0.0005, Blocker: 0.0005,
		Import: 0.05, HighMileage: 0.02,
		DonorCluster: 0.2, FromMiles: 0.08, ImportInMiles: 0.25, FiveDigits: 0.03, NearSale: 0.8,
		Typing: 0.0014, Decimal: 0.0003, Unit: 0.0004, WrongVehicle: 0.0002, NotRead: 0.0004,
		Sentinel: 0.0011, Stale: 0.0015,
	}
}

// TimesErrors multiplies the rates of errors, of people and of devices, and leaves all else.
func (r Rates) TimesErrors(factor float64) Rates {
	for _, rate := range []*float64{&r.Typing, &r.Decimal, &r.Unit, &r.WrongVehicle, &r.NotRead, &r.Sentinel, &r.Stale} {
		*rate = min(*rate*factor, 1)
	}
	return r
}

// TimesFraud multiplies the rate of rollbacks.
func (r Rates) TimesFraud(factor float64) Rates {
	r.Rollback = min(r.Rollback*factor, 1)
	return r
}
