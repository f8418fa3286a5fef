// Package membership is the contract of the members' directory.
//
// Keys, each written once:
//
//	member/<id>/<20-digit version>   canonical model.MemberRecord
//	msp/<MSP id>                     id of the member that has this MSP
//
// The first registration founds the directory: an organisation registers itself.
// From then on only active members write, under the rules of
// model.AuthorizeMemberChange. Underneath, the channel's endorsement policy has a
// majority of organisations run this same code before anything is committed.
//
// Refusals start with a model.Reason, as in "MEMBER_EXISTS: member oem is
// registered".
package membership
