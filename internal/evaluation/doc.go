// Package evaluation measures the odometer adjudication: on simulated vehicles, whose truth is known, by precision and
// recall; on real sets, whose truth nobody knows, by the distribution of its verdicts. Beside it stands the rule that it
// replaces: any decrease is fraud.
package evaluation
