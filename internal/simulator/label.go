package simulator

// Class is what is remarkable about a vehicle.
type Class uint8

// The classes. A vehicle of which several are true has the last of them.
const (
	Clean Class = iota
	Typing
	WrongVehicle
	Decimal
	UnitSlip
	Sentinel
	Stale
	Import
	Rollover
	ClusterDeclared
	ClusterRestarted
	ClusterDonor
	Blocker
	TwoVehicles
	// RollbackUnseen is a rollback after which no reading is lower than one before; RollbackAlone has one such reading,
	// Rollback two or more, RollbackIndependent two or more by different entities, and two or more of different entities
	// before.
	RollbackUnseen
	RollbackAlone
	Rollback
	RollbackIndependent
	classes
)

// Classes are all classes, in order.
func Classes() []Class {
	all := make([]Class, classes)
	for i := range all {
		all[i] = Class(i)
	}
	return all
}

// String is the class in words.
func (c Class) String() string {
	names := [...]string{
		"clean", "typing error", "wrong vehicle", "decimal error", "unit slip", "sentinel", "stale repeat", "import", "rollover",
		"cluster, declared", "cluster, new, undeclared", "cluster, used, undeclared", "blocker", "two vehicles",
		"rollback, unseen", "rollback, 1 later reading", "rollback, 2+ later, one entity", "rollback, 2+ later, independent",
	}
	if int(c) < len(names) {
		return names[c]
	}
	return "unknown"
}

// IsRollback says whether the counter was turned back and two or more later readings show it.
func (c Class) IsRollback() bool { return c == Rollback || c == RollbackIndependent }

// Tampered says whether the counter was turned back at all.
func (c Class) Tampered() bool { return c >= RollbackUnseen }

// Label is the truth about a vehicle.
type Label struct {
	Class Class
	// Missing is by how many metres the counter was turned back.
	Missing int64
}
