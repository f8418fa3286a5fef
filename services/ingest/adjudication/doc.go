// Package adjudication says whether a vehicle's odometer can be believed, and why.
//
// "A lower reading is fraud" is wrong four times out of five: people mistype, garages mix up miles and kilometres, devices
// send zeros, counters roll over and are replaced. So the package looks for the history that most of the weight of the
// sources agrees on, explains what it left out, and calls rollback only what has no better explanation.
//
// # Steps
//
//	readings ──> device faults set aside        fault.go
//	         ──> longest feasible chain         chain.go      the subset of greatest weight that can be driven
//	         ──> repairs                        repair.go     rollover, replaced cluster, unit, decimal point: then the chain again
//	         ──> what is left out, classified   classify.go   outliers, pending last reading, two vehicles
//	                                            levels.go     levels, weighed in decibans (weigh.go)
//	         ──> other signals                  crosscheck.go use, registration, end of life
//	         ──> verdict                        verdict.go    the weightiest finding
//
// # Invariants
//
//   - A verdict depends on the set of readings and signals and on the policy, on nothing else: not on the order of arrival,
//     not on duplicates, not on how they were split into calls. State keeps a bounded selection that is itself a function
//     of the set (ladder), and every verdict is computed from it anew, or from its Tail where that comes to the same.
//   - A step down is called rollback only with two or more readings after it; established only if two independent legal
//     entities attest each side.
//   - All arithmetic is on integers, so that anyone can recompute a verdict.
//
// The package is pure: it reads no clock, no file and no network, and imports the standard library only.
package adjudication
