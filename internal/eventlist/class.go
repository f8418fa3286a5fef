package eventlist

// Class is a class of events.
type Class string

// The classes; see the package documentation.
const (
	Odometer   Class = "odometer"
	Usage      Class = "usage"
	Battery    Class = "battery"
	Workshop   Class = "workshop"
	Inspection Class = "inspection"
	Damage     Class = "damage"
	Theft      Class = "theft"
	Recall     Class = "recall"
	Register   Class = "register"
	Note       Class = "note"
)

// Classes returns all classes, in the order of their documentation.
func Classes() []Class {
	return []Class{Odometer, Usage, Battery, Workshop, Inspection, Damage, Theft, Recall, Register, Note}
}

// ClassOf returns the class of a type of event, such as
// "pcc.events.v1.OdometerReading", or false for a type that is no kind of event.
func ClassOf(eventType string) (Class, bool) {
	switch eventType {
	case "pcc.events.v1.OdometerReading", "pcc.events.v1.InstrumentClusterChange":
		return Odometer, true
	case "pcc.events.v1.TripSummary", "pcc.events.v1.ChargeSession", "pcc.events.v1.Refuel", "pcc.events.v1.Wash":
		return Usage, true
	case "pcc.events.v1.BatteryMeasurement":
		return Battery, true
	case "pcc.events.v1.Service", "pcc.events.v1.Repair", "pcc.events.v1.PartChange", "pcc.events.v1.TyreChange",
		"pcc.events.v1.SoftwareUpdate", "pcc.events.v1.TroubleCodesReported", "pcc.events.v1.TroubleCodesCleared":
		return Workshop, true
	case "pcc.events.v1.Inspection":
		return Inspection, true
	case "pcc.events.v1.Incident", "pcc.events.v1.ClaimOpened", "pcc.events.v1.ClaimClosed",
		"pcc.events.v1.TotalLossDeclared", "pcc.events.v1.TotalLossLifted":
		return Damage, true
	case "pcc.events.v1.Theft", "pcc.events.v1.Recovery":
		return Theft, true
	case "pcc.events.v1.RecallIssued", "pcc.events.v1.RecallPerformed":
		return Recall, true
	case "pcc.events.v1.Registration", "pcc.events.v1.OwnershipChange", "pcc.events.v1.Export", "pcc.events.v1.Import",
		"pcc.events.v1.Dismantled":
		return Register, true
	case "pcc.events.v1.Correction", "pcc.events.v1.DisputeOpened", "pcc.events.v1.DisputeResolved":
		return Note, true
	}
	return "", false
}
