// Package endorsement checks, offline and with the standard library only, that a
// peer of a named organisation executed a chaincode and obtained a given result.
//
// A Fabric peer endorses a transaction by signing
//
//	ProposalResponsePayload || SerializedIdentity
//
// two protobuf messages back to back. The first holds the chaincode's name and
// its response; the second the signer's MSP id and certificate. Both are kept as
// the exact bytes that were signed, so that nothing has to be re-encoded here.
//
// # What it proves
//
// A peer whose certificate the organisation's CA issued found the response to be
// the result of its own chaincode on its own ledger. Endorsements by several
// organisations of one record hash therefore show that each of them found that
// record to be the valid next one.
//
// # What it does not prove
//
// That the transaction was then ordered and committed: an endorsement is made
// before that. The channel's name is under the signature only through the hash
// of the proposal, which is not part of these bytes. Whoever can reach a peer
// resolves both by asking for the record itself.
package endorsement
