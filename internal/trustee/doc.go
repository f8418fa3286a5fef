// Package trustee is a member's holder of shares of the consortium's keys: one for confidential data, one for the tags of VINs.
// It runs at the member, keeps what it has in a file of its own, and believes the ledger as its own peer has it, and nobody
// else.
//
// What it does, and when:
//
//   - It opens capsules for a request to read that the ledger has (Open): permitted by the latest policy to those who signed, not
//     expired, revoked or withdrawn, of the request's policy and class, registered, and not more often than the request says. The
//     answer is sealed to the reader's key, and its hash goes to the ledger.
//   - It evaluates blinded VINs for the vault (Evaluate), of which it learns nothing, within a quota of the member that the vault
//     acts for, and keeps a record of how many it evaluated for whom.
//   - It makes keys, and shares them anew, with the other trustees, when the ledger has a proposal (Watch). A share is kept
//     before its trustee signs the key set that it is of, is used when the ledger has the set, and the one before is then
//     destroyed.
//
// What always holds:
//
//   - Secrets are on disk only sealed, under a key that is not there: see Wrapper.
//   - What counts against a limit is on disk before the answer leaves. The same question again is not counted, and gets the same
//     answer, so that a reader whose connection broke loses nothing.
//   - A session of key generation is begun once. A trustee that was killed in it sits out until the next attempt: to begin again
//     would be to sign two different packets.
//
// Package wire has the protocol, package onledger the ledger on Fabric, package daemon the process.
package trustee
