// Package quorum is a log's side of the witness protocol (package wire): it asks several witnesses for their cosignatures
// under one checkpoint, at the same time, until a policy is met.
//
// A witness that is at another size than expected says so; the log then proves that its checkpoint extends that size, by
// [ProveFunc]. What fails for a reason that may pass is tried again, at most [MaxAttempts] times and within the caller's
// deadline. One witness that is slow, gone or malicious costs nothing but its own cosignature: whatever it answers is
// verified alone before it is put under the checkpoint.
package quorum
