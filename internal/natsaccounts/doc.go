// Package natsaccounts is the authority over the message broker's accounts: it creates the operator's keys, gives the
// platform and each member organisation an account of its own, and issues credentials for the users of each.
//
//	operator ──signs──> account token (limits, withdrawn users) ──its key signs──> user token (permissions) ──> credentials file
//
// A user's token without a credentials file can be withdrawn before it expires: the account's token lists it then.
//
// Accounts are isolated: subjects and streams of one do not exist for another. Everything is created on first use and
// found again afterwards, from a folder that only we can read:
//
//	operator.seed  operator.jwt
//	accounts/<name>/account.seed  account.jwt
//	accounts/<name>/users/<user>.creds
package natsaccounts
