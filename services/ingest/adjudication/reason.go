package adjudication

// Code names a reason for a verdict.
type Code string

// The reasons. docs/adjudication.md sets them beside those that the Dutch vehicle authority publishes.
const (
	FewerThanTwoReadings Code = "FEWER_THAN_TWO_READINGS"
	LastReadingAlone     Code = "LAST_READING_ALONE"

	DeviceFault     Code = "DEVICE_FAULT"
	StaleRepeat     Code = "STALE_REPEAT"
	CounterRollover Code = "COUNTER_ROLLOVER"
	CounterReplaced Code = "COUNTER_REPLACED"
	ImportedUnit    Code = "IMPORTED_UNIT"
	ReadAbroad      Code = "READ_BEFORE_IMPORT"

	UnitError               Code = "UNIT_ERROR"
	DecimalError            Code = "DECIMAL_ERROR"
	TypingError             Code = "TYPING_ERROR"
	LowOutlier              Code = "LOW_OUTLIER"
	HighOutlier             Code = "HIGH_OUTLIER"
	SameDayChange           Code = "SAME_DAY_CHANGE"
	DipRecovers             Code = "DIP_RECOVERS"
	LevelShiftUp            Code = "LEVEL_SHIFT_UP"
	LevelShiftDownUnproven  Code = "LEVEL_SHIFT_DOWN_UNPROVEN"
	RolloverPossible        Code = "ROLLOVER_POSSIBLE"
	CounterRestarted        Code = "COUNTER_RESTARTED"
	SlowDecrease            Code = "SLOW_DECREASE"
	CounterStopped          Code = "COUNTER_STOPPED"
	TwoVehicles             Code = "TWO_VEHICLES"
	BeforeFirstRegistration Code = "BEFORE_FIRST_REGISTRATION"
	AfterEndOfLife          Code = "AFTER_END_OF_LIFE"
	UseAboveCounter         Code = "USE_ABOVE_COUNTER"
	UseBelowCounter         Code = "USE_BELOW_COUNTER"

	LevelShiftDown            Code = "LEVEL_SHIFT_DOWN"
	LevelShiftDownIndependent Code = "LEVEL_SHIFT_DOWN_INDEPENDENT"
)

// reason is what a code means.
type reason struct {
	verdict Verdict
	// decibans is how sure the code is of itself; a step down is weighed instead.
	decibans int
	// plausibility is what a reading with this code is worth, in thousandths.
	plausibility int
	// text is for people, and needs says which further evidence would change the verdict.
	text, needs string
}

// Text explains the code to people.
func (c Code) Text() string { return reasons[c].text }

// Needs says which further evidence would change the verdict.
func (c Code) Needs() string { return reasons[c].needs }

// reasons is only read.
var reasons = map[Code]reason{
	FewerThanTwoReadings: {
		Insufficient, 20, 600,
		"Fewer than two usable readings are known.",
		"A second reading.",
	},
	LastReadingAlone: {
		Insufficient, 0, 400,
		"The newest reading does not fit the history before it and stands alone.",
		"One more reading, best from another source, decides it.",
	},
	DeviceFault: {
		Explained, 20, 10,
		"A device sent a value that stands for no value, such as 0 or the greatest number it can write.",
		"Nothing: the value says nothing about the vehicle.",
	},
	StaleRepeat: {
		Explained, 20, 100,
		"A device repeated an old value although a newer one was known.",
		"A fresh reading from the vehicle itself.",
	},
	CounterRollover: {
		Explained, 8, 850,
		"The counter has too few digits, passed its greatest value and began again at zero.",
		"A photo of the counter that shows how many digits it has.",
	},
	CounterReplaced: {
		Explained, 13, 850,
		"The instrument cluster was replaced, and the replacement was declared.",
		"The workshop's invoice with the mileage of the removed cluster.",
	},
	ImportedUnit: {
		Explained, 10, 700,
		"Since its import the counter is read in another unit than is written down.",
		"A photo of the counter that shows its unit.",
	},
	ReadAbroad: {
		Explained, 10, 700,
		"The reading is older than the first registration here, and the vehicle was imported.",
		"The date of the first registration abroad.",
	},
	UnitError: {
		ErrorSuspected, 13, 200,
		"Miles were written down as kilometres, or the other way round.",
		"A correction by the source, or a photo.",
	},
	DecimalError: {
		ErrorSuspected, 13, 150,
		"The value is too great or too small by a factor of 10, 100 or 1000: a digit too many or too few.",
		"A correction by the source, or a photo.",
	},
	TypingError: {
		ErrorSuspected, 10, 150,
		"The value is one slip of the keyboard away from one that fits.",
		"A correction by the source, or a photo.",
	},
	LowOutlier: {
		ErrorSuspected, 10, 100,
		"A single reading is lower than those before and after it.",
		"A correction by the source, or a photo.",
	},
	HighOutlier: {
		ErrorSuspected, 7, 100,
		"A single reading is higher than the vehicle can have driven.",
		"A second reading of about that time: if it agrees, the counter went back afterwards.",
	},
	SameDayChange: {
		ErrorSuspected, 10, 300,
		"Two readings of the same day differ by more than is driven in a day.",
		"A correction by one of the two sources.",
	},
	DipRecovers: {
		ErrorSuspected, 10, 150,
		"Several low readings are followed by a return to the old course that nobody can have driven.",
		"Who read the low values, and from which vehicle.",
	},
	LevelShiftUp: {
		ErrorSuspected, 10, 200,
		"Several readings are higher than the vehicle can have driven to.",
		"Who read them and from which vehicle; or the invoice of a replaced instrument cluster.",
	},
	LevelShiftDownUnproven: {
		ErrorSuspected, 0, 300,
		"The mileage went down, but what is known speaks as much for an error as for a rollback.",
		"Readings from other sources of the time before the decrease.",
	},
	RolloverPossible: {
		ErrorSuspected, 3, 400,
		"The mileage went down by what a counter of five digits loses when it begins again, but the vehicle would have been driven more than it usually is.",
		"A photo of the counter that shows how many digits it has.",
	},
	CounterRestarted: {
		ErrorSuspected, 10, 500,
		"The counter began again near zero, as a new instrument cluster does, and nobody declared a replacement. The distance shown is not the distance driven.",
		"The workshop's invoice with the mileage of the removed cluster.",
	},
	SlowDecrease: {
		ErrorSuspected, 10, 300,
		"Many small decreases add up.",
		"A reading by an independent source.",
	},
	CounterStopped: {
		ErrorSuspected, 10, 300,
		"The counter always shows the same, although the vehicle was driven to each reading.",
		"Trips, charging or service data that tell how far it was driven.",
	},
	TwoVehicles: {
		ErrorSuspected, 13, 300,
		"Two courses alternate, as if two vehicles had one identity.",
		"An inspection of the vehicle's identification number and plates.",
	},
	BeforeFirstRegistration: {
		ErrorSuspected, 7, 400,
		"The reading is older than the vehicle's first registration.",
		"The true date of the reading or of the registration.",
	},
	AfterEndOfLife: {
		ErrorSuspected, 10, 400,
		"The vehicle was read after it was declared a total loss or dismantled.",
		"The end of the total loss, or an inspection of the vehicle's identity.",
	},
	UseAboveCounter: {
		ErrorSuspected, 10, 300,
		"The vehicle was used for more than its counter has advanced: the counter may be slowed or was turned back in between.",
		"An inspection of the counter, or readings of the time between.",
	},
	UseBelowCounter: {
		ErrorSuspected, 7, 500,
		"The counter has advanced by more than the vehicle was used for.",
		"An inspection of the counter and of the wheel size it is set to.",
	},
	LevelShiftDown: {
		RollbackSuspected, 0, 250,
		"The mileage went down and stayed down: the counter seems to have been turned back.",
		"Readings before and after the decrease, each from a second independent source; or the invoice of a replaced instrument cluster.",
	},
	LevelShiftDownIndependent: {
		RollbackEstablished, 0, 150,
		"The mileage went down and stayed down, and independent sources attest it before and after.",
		"The declaration of a replaced instrument cluster, with invoice, or a correction by the sources.",
	},
}
