// Package fabricgw is a client of one Fabric channel and chaincode, through the
// gateway of one peer. It knows no business terms: functions, arguments and
// answers are text and bytes.
//
// # What Submit promises
//
// A nil error means that the transaction is committed and valid. An error means
// that this client does not know it to be; the chaincode's own keys decide whether
// submitting again is harmless, and Transaction finds what an earlier process
// submitted.
//
//	propose -> endorse -> order -> commit -> Result
//	   ^         |          |        |
//	   |  catching up,   unknown   read conflict
//	   |  unreachable       |        |
//	   +--- pause <---------+--------+     at most maxAttempts, within ctx
//
// Each attempt is a new proposal, since a refused one cannot be endorsed again.
// Before it, transactions that may have reached the orderer are looked up, so that
// a lost answer is not mistaken for a lost transaction.
//
// A refusal by the chaincode is a *ChaincodeError and final, unless the
// configuration calls its reason transient.
package fabricgw
