// Package membership is the contract of the members' directory.
//
// Keys, each written once:
//
//	member/<id>/<20-digit version>      canonical model.MemberRecord
//	msp/<MSP id>                        id of the member that has this MSP
//	witness-key/<public key, hex>       id of the member that has, or had, this witness key
//
// and one that follows from the records, so that a transaction which needs a quorum
// reads at most model.MaxWitnesses keys:
//
//	witness/<id>                        witness key of an active member; absent else
//
// The first registration founds the directory: an organisation registers itself.
// From then on only active members write, under the rules of
// model.AuthorizeMemberChange. Underneath, the channel's endorsement policy has a
// majority of organisations run this same code before anything is committed.
//
// A member becomes a witness when it sets the key it cosigns by, in a change of its
// own. A suspended one is none until it is reinstated. Nobody proves to hold the
// key's secret half: who registers another's public key gains no vote, since a key
// counts once, and the owner takes a new one.
//
// Refusals start with a model.Reason, as in "MEMBER_EXISTS: member oem is
// registered".
package membership
