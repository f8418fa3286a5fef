// Package access defines what the ledger stores about who may read confidential
// data: policies, requests to read, consents, capsules, trustees and their keys;
// their canonical texts, and the rules by which they are judged.
//
// Like package model, which says what a canonical text is, it uses the standard
// library only and every function is pure, so that the contract, the trustees, the
// services and readers apply the same rules. Time is always an argument.
//
// # Policies
//
// A [Policy] belongs to one ownership period of one vehicle, or, under
// [Consortium], to all members. Its id is random and says nothing of the vehicle.
// Each [Rule] gives one [Action] an [Expression] over identities, and a read its
// purposes. What no rule allows is denied. A version is followed by a next one
// whose text is signed by whoever satisfies the current version's own rule for
// evolve, or for recover; see [Policy.CheckNext].
//
// # Expressions
//
//	expression = term | term "&" term { "&" term } | term "|" term { "|" term }
//	term       = atom | "(" expression ")" | number " of (" expression { "," expression } ")"
//	atom       = "member:" id | "member:*" | "msp:" id | "key:" kind ":" public key |
//	             "policy:" policy id "/" action
//
// To mix & and | without parentheses is an error, so nobody has to know which binds
// tighter. An expression has at most [MaxDepth] levels and [MaxAtoms] atoms.
//
// An expression is a monotone function of the identities that are satisfied: more
// signatures never permit less. "policy:" is satisfied if the latest version of that
// policy permits that action to the same identities for the same purpose. One that
// runs in a circle, deeper than [MaxDelegation], or past [MaxDelegatedAtoms] atoms,
// grants nothing, and takes nothing from what stands beside it.
//
// # Identities
//
// An identity is satisfied for a text by a signature over the SHA-256 of that text:
// "key:" by that key and "member:" by the member's access key. "msp:" is satisfied
// by submitting the transaction. Anybody may submit, so that keys of members and
// owners stay with them.
//
// # Requests
//
// A [ReadRequest] names policy and version, class, reader, the reader's encryption
// key, purpose and expiry. Its id is its hash, so that a text is recorded once. The
// reader proves to hold the secret half of the encryption key ([VerifyPossession]):
// else it could ask with a key computed from another's, and have shares sealed for
// it that open the other's. What is recorded is a [Grant]: the request, and the
// identities that were satisfied, each with the consent it came from.
//
// # No personal data
//
// No text holds a VIN, a tag or a person. An owner's key is a random one of the
// ownership period and must not be used for anything else.
package access
