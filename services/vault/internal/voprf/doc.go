// Package voprf computes the tags of VINs by RFC 9497: the verifiable oblivious pseudorandom function of the suite
// ristretto255-SHA512.
//
// The work is cut between two parties. The Client, in the vault, knows the VINs: it blinds them, has them evaluated,
// verifies the proof that the evaluation was done with the key of the known public key, and unblinds. The TagEvaluator
// holds the key and learns nothing about a VIN, not even whether it saw it before. A batch is one evaluation with one
// proof.
//
// LocalEvaluator is the evaluator whose whole key is in one file on the vault's own machine. A vault that is broken into
// loses the key with the data; against that the key must be shared among several holders, who stand behind the same
// interface because elements, proof and public key do not change.
package voprf
