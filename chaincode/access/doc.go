// Package access is the contract of who may read confidential data. What it judges by
// is package model/access.
//
// Keys, each written once:
//
//	access/key/<member>/<version>                    canonical Key
//	access/policy/<id>/<version>                     canonical Policy
//	access/consent/<hash>                            time at which the consent's hash was recorded
//	access/withdrawal/<hash of its text>             canonical Withdrawal
//	access/request/<id>                              canonical Grant
//	access/request-of/<policy>/<time>/<id>           the requests of a policy, by time
//	access/request-day/<member>/<day>/<lane>/<n>     id of the n-th request in the lane; see quota
//	access/revocation/<request id>                   time of the revocation
//	access/capsule/<hash>                            canonical Label
//	access/trustee/<id>/<version>                    canonical Trustee
//	access/key-proposal/<purpose>/<number>/<attempt> canonical KeyProposal
//	access/key-set/<purpose>/<number>/<epoch>        canonical KeySet
//	access/answer/<request id>/<trustee>/<hash>      time at which the answer was recorded
//	access/confidential/<version>                    canonical ConfidentialTable
//
// Numbers and times, in milliseconds, have 20 digits. Keys are immutable and no key is
// written by more than one transaction, so that requests of a block do not conflict;
// a transaction that judges by the latest version of something reads that the next is
// absent, and fails at commit if another writes it first.
//
// # Who may
//
// Any active member may submit; what counts are the signatures over the texts. The
// first version of a policy needs none, since its id is nobody's before, except that
// of the consortium: more than half of the active members that have an access key
// sign it. From then on each version needs what the version before asks for.
//
// # Time
//
// Rules are judged by the transaction's time, which the submitter chose. So that it
// cannot choose a day on which a consent still held or its quota was not used up, a
// peer does not endorse a transaction whose time is off its own clock by more than
// model.MaxSkew. CheckRequest judges by the time that its caller names, a trustee its
// own.
//
// # Quota
//
// A member has RequestsPerDay requests a day. They are counted in lanes, and a request
// goes into one that its id chooses, or the next that has room: counted in one row,
// the requests of a block would all conflict.
//
// Refusals start with a model.Reason, as in "POLICY_VERSION_STALE: the latest version
// of the policy is 3".
package access
