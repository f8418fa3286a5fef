// Package dkg makes and renews the keys that trustees share, so that nobody ever has a whole one: distributed key
// generation (Pedersen's, as in kyber) and resharing, from any holders to any holders, also from one.
//
// A run is a Session in each trustee, named by an id that is never used twice. It has three phases:
//
//	deals ───────────> responses ───────────> justifications ───────> result
//	each dealer: a     each holder: whom it   each dealer that was    the same for all: key set, whom it
//	polynomial and     has no good deal of    complained of: the      left out; for each holder its share
//	sealed values                             values it dealt them
//
// In a resharing the dealers are holders of the previous set, the value that each deals is its share, and the public key
// stays. Shares of two sharings tell nothing together: that is the point of renewing them.
//
// What the phases exchange are packets, signed by the trustee they are of. How they travel is the caller's business: a Board
// keeps them, and boards of all trustees are brought together by exchanging what they have, so that each sees what any other
// saw. A trustee that signs two different packets of one phase is thereby found out, and left out. Trustees whose boards
// differed at the end of a phase come to different results; therefore a key set counts only when all of its holders have
// signed the same one.
//
// Complaints make shares public that nobody has any use of otherwise. A holder that complains of as many dealers as there are
// shares needed would have its whole share published, and the threshold lowered by one: such a run is abandoned with
// ErrExposed. A holder that is silent is left out, and nothing of it is published.
//
// kyber does the secret sharing. Its Threshold, its regular mode and its indices, from 0 where package threshold's are
// from 1, stay inside this package; signatures, agreement on who took part, and the check of the result are ours.
package dkg
