// Package signatures checks, in a proof document that package verify accepted, what the sources of the events signed.
//
// A proof document shows that an event was journaled as it stands. A source's signature shows more: that the event is what
// its source sent, so that neither the platform nor the member's own systems behind the source made or changed it. And
// because the signature counts, events that are missing between those of a vehicle's own key show.
//
// Whose key is whose the reader says, in the source keys of the trust list (verify.Trust). A signature under a key that is not
// listed counts for nothing, for or against.
package signatures
