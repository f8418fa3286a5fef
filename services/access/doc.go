// Package access opens the policies of ownership periods and brings to the ledger what members and owners sign: policies,
// consents, requests to read. It decides on none of it. The ledger's contract does, on peers of several organisations, and
// trustees ask their own peers; the rules are package chaincode/model/access.
//
// What only this service knows is which policy belongs to which passport. The ledger has random ids.
//
//	ownership period begins ──> first need ──> policy, random id, kept here ──> on the ledger ──> evolves by its own rule alone
//	                            or CreatePolicy                                                       │
//	the next one begins ──────> another policy, with another id                                       └─ also after the period's end
//
// Invariants:
//   - A period has one policy, and a policy is of one period. Who changes hands starts anew: nothing that was permitted under the
//     last policy is under the next.
//   - The row is written before the ledger's record, with the text of the first version, so that after a failure in between the
//     same text is submitted again.
//   - A policy that nobody gave an owner's key lets nobody read. The member that serves the holder, its steward, may evolve it: it
//     is the one that could have given the key.
//   - The steward sees all requests under a policy, others their own.
package access
