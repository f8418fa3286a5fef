// Package threshold is the online protocol of the trustees: what they, those who encrypt to them and those who ask them do
// with a key that nobody holds. t of n trustees, each with a share of the key, answer; fewer learn and open nothing.
//
// Two uses share one mechanism, under two keys that are never the same:
//
//   - Opening. Anybody encapsulates a secret to the collective public key X under a label, which says what the secret is
//     for (TDH2 of Shoup and Gennaro). The capsule carries a proof that its maker knew the secret and meant that label, so
//     that a capsule copied under another label, or shifted, is refused. A trustee with the share x_i answers a capsule U
//     with x_i·U; t answers interpolate to the secret x·U = u·X.
//   - Evaluation. The elements that a client of RFC 9497 (ristretto255-SHA512) blinded are multiplied by the shares and
//     interpolated: the result is the evaluation by the one key that the shares are of, and so the output is equal too.
//
// Both are a Partial: one element for each one asked, and one proof for the whole batch that all of them were multiplied
// by the share behind the trustee's verification key. The proof is bound to a context, such as the request it answers. What
// was not verified cannot be combined: Combine takes only what Verify returned.
//
// The group is ristretto255. Elements and scalars are 32 bytes, as RFC 9496 encodes them; elements that are not in their one
// canonical encoding and the identity are refused everywhere, and so is the scalar zero in a share. Every challenge is
// recomputed by who verifies it, over everything that is claimed; hashes are SHA-512 with a domain each and the length before
// every part.
package threshold
