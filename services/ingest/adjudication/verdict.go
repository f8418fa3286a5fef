package adjudication

import "slices"

// Verdict is what is thought of a vehicle's odometer.
type Verdict uint8

// The verdicts, in the order in which one outweighs another.
const (
	Consistent Verdict = iota
	Explained
	Insufficient
	ErrorSuspected
	RollbackSuspected
	RollbackEstablished
)

// String is the verdict in lower snake case.
func (v Verdict) String() string {
	switch v {
	case Consistent:
		return "consistent"
	case Explained:
		return "explained"
	case Insufficient:
		return "insufficient"
	case ErrorSuspected:
		return "error_suspected"
	case RollbackSuspected:
		return "rollback_suspected"
	case RollbackEstablished:
		return "rollback_established"
	}
	return "unknown"
}

// maxEvidence bounds the events that a finding names.
const maxEvidence = 16

// Finding is one reason for a verdict.
type Finding struct {
	Code    Code
	Verdict Verdict
	// Confidence is how likely the finding is right, in percent.
	Confidence int
	// Evidence has the ids of the events that show it, in order of time; of more than 16, the first and the last eight.
	Evidence []string
	// Missing is by how many metres at least the counter shows too little; only a rollback has it.
	Missing int64
	// Weights are what the finding was weighed by; only steps down are.
	Weights []Weight

	points []*point
}

// Weight is one piece of evidence for or against a rollback, in decibans.
type Weight struct {
	For      string
	Decibans int
}

// Text explains the finding to people.
func (f Finding) Text() string { return f.Code.Text() }

// Needs says which further evidence would change it.
func (f Finding) Needs() string { return f.Code.Needs() }

// Result is a verdict with its reasons.
type Result struct {
	Policy     string
	Verdict    Verdict
	Confidence int
	// Findings are in order of weight, then of time.
	Findings []Finding
	// Metres is the newest believed mileage, corrected for replaced and rolled over counters; it is 0 without readings.
	Metres int64
	// Assessments are of the readings that the history keeps, in order of time.
	Assessments []Assessment

	judged *inquiry
}

// Assessment is what is thought of one reading.
type Assessment struct {
	EventID string
	// Reason is empty for a reading that fits.
	Reason Code
	// Plausibility is the worth of the reading in thousandths: the accuracy that the quality index multiplies.
	Plausibility int
}

// newFinding is a finding of a code that is as sure as it always is.
func newFinding(code Code, points ...*point) Finding {
	return weighedFinding(code, reasons[code].decibans, nil, points...)
}

func weighedFinding(code Code, decibans int, weights []Weight, points ...*point) Finding {
	return Finding{
		Code:       code,
		Verdict:    reasons[code].verdict,
		Confidence: confidence(decibans),
		Evidence:   evidence(points),
		Weights:    weights,
		points:     points,
	}
}

func evidence(points []*point) []string {
	sorted := slices.Clone(points)
	slices.SortFunc(sorted, func(a, b *point) int { return compareReadings(a.Reading, b.Reading) })
	sorted = slices.Compact(sorted)
	if cut := len(sorted) - maxEvidence; cut > 0 {
		sorted = slices.Delete(sorted, maxEvidence/2, maxEvidence/2+cut)
	}
	ids := make([]string, len(sorted))
	for i, p := range sorted {
		ids[i] = p.EventID
	}
	return ids
}

// mostDecibans are those from which on a confidence does not grow.
const mostDecibans = 20

// confidence is the probability, in percent, of odds in decibans. It is a table so that no machine rounds it otherwise.
func confidence(decibans int) int {
	table := [mostDecibans + 1]int{50, 56, 61, 67, 72, 76, 80, 83, 86, 89, 91, 93, 94, 95, 96, 97, 98, 98, 98, 99, 99}
	if decibans < 0 {
		return 100 - confidence(-decibans)
	}
	return table[min(decibans, mostDecibans)]
}
