// Package anchor is the contract of the epochs.
//
// Keys, each written once:
//
//	epoch/<20-digit number>   canonical model.EpochRecord
//
// Any active member may submit the next epoch; the rules by which it may follow
// the one before are model.ValidateNextEpoch. The response of the transaction is
// the record's hash, so that what the peers sign when they endorse names the
// record (see package endorsement).
//
// Refusals start with a model.Reason, as in "STREAM_SHRANK: epoch 9: stream
// ingest/oem goes from 40 to 39 entries".
package anchor
