// Package voprf computes the tags of VINs by RFC 9497: the verifiable oblivious pseudorandom function of the suite
// ristretto255-SHA512.
//
// The work is cut between two sides. The Client, in the vault, knows the VINs: it blinds them, has them evaluated by as many
// holders of the tag key's shares as it takes, verifies of each that it evaluated with its share, puts the evaluations
// together, and unblinds. The holders learn nothing about a VIN, not even whether they saw it before.
//
// Holders are one of two: Trustees, the consortium's, of whom none has the whole key; or LocalKey, one holder with the whole key
// in a file on the vault's own machine, for an installation that has no trustees yet. The key can be shared out later, and
// then all tags stay what they were.
package voprf
