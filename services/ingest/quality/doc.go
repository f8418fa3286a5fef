// Package quality computes the quality index of an event, 0 to 100: how much it is worth to somebody who must rely on it.
//
//	Q = 100 * R^wR * plausibility^wP * provenance^wV * completeness^wC * currentness^wT
//
// R is the reputation of the event's source for this kind of data, as confirmations and refutations by independent legal
// entities have made it. Events that independent entities corroborate come closer to a ceiling below 100. docs/quality.md has
// the formula in full, with an example worked out by hand.
//
// # Invariants
//
//   - An index depends on [Inputs] and [Policy] and on nothing else, and is the same on every machine: all arithmetic is on
//     integers. Values are in millionths; logarithms have 40 fractional bits, powers of two 62; each step cuts off.
//   - No dimension that gets better makes an index worse.
//   - A reputation depends on the sequence of its marks and on nothing else.
//
// The package is pure: it reads no clock and imports the standard library only.
package quality
