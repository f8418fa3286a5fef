// Package sumtree commits to the balances of all accounts at one moment, so that the owner of each can check that its own
// balance is in a total that everybody sees, without seeing anybody else's.
//
// It imports the standard library only, so that members can carry it.
//
// # Tree
//
// H is SHA-256, || is concatenation, integers are unsigned, 8 bytes, big endian. A node is a hash and a sum.
//
//	leaf         hash = H(0x00 || sum || salt (16) || length of id || id)
//	inner node   hash = H(0x01 || l.sum || l.hash || r.sum || r.hash)     sum = l.sum + r.sum
//
// An account has two leaves, whose sums are its balance divided at random. Leaves of no account, with an empty id and nothing in
// them, raise the number of accounts to a power of two, N. The tree is perfect and has 2N leaves: the first half holds one leaf of
// each account, the second half the other, each half in an order of its own that tells nothing, by ascending salts.
//
// A node's hash is over both children's sums: without that a sum could be shifted between two subtrees of which one account's
// owner sees only one. Balances are not negative and the total is below 2^63.
//
// # What a proof shows
//
// [Verify] shows one owner that its balance is counted in the total. If the total is what the reserve covers, and every owner
// finds its balance, then no balance is covered twice: a negative balance, which would hide a debt, has no encoding, and what
// is below a sibling cannot sum to less than zero. Accounts that nobody checks may be missing: then the total is too small
// and who is left out finds that there is no proof for it.
//
// # What a proof tells of others
//
// The total less one's own, as any total does. Below that, sums of random parts of some accounts, and not of which: no subtree but
// the whole one holds both leaves of an account. So what is seen bounds somebody's balance from below, and names nobody. Salts, parts
// and orders are derived from a key that is secret and used once.
package sumtree
