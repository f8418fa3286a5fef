package natsaccounts

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// MaxRevocations bounds the withdrawn tokens of one account that have not expired. Each takes about 95 bytes of the account's
// token, which travels to the broker in one message of at most 1 MiB.
const MaxRevocations = 5000

// ErrTooManyRevocations is the answer to one more than MaxRevocations.
var ErrTooManyRevocations = errors.New("too many withdrawn tokens that have not expired")

// Revoke withdraws bearer tokens of an account that exists, given by their users with the time when each expires. A withdrawal
// cannot be undone, and is dropped when the token has expired: then nothing remains to withdraw. It takes effect on a running
// server by Push, which also ends the tokens' connections. Of two processes that revoke at once one may overwrite the other's
// withdrawals; the caller keeps that from happening.
func (a *Authority) Revoke(account string, expires map[string]time.Time, now time.Time) (Account, error) {
	if err := checkName(account); err != nil {
		return Account{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	path := a.accountToken(account)
	claims, err := readToken(path, jwt.DecodeAccountClaims)
	if err != nil {
		return Account{}, fmt.Errorf("nats account %s: %w", account, err)
	}
	before := maps.Clone(claims.Revocations)
	if err := revoke(claims, expires, now); err != nil {
		return Account{}, fmt.Errorf("nats account %s: %w", account, err)
	}
	token, err := keepToken(path, claims, a.operator, jwt.DecodeAccountClaims,
		func(*jwt.AccountClaims) bool { return maps.Equal(before, claims.Revocations) })
	if err != nil {
		return Account{}, fmt.Errorf("nats account %s: %w", account, err)
	}
	return Account{Name: account, ID: claims.Subject, JWT: token}, nil
}

// revoke adds to the claims' revocations and drops those that have ended. A revocation holds for what was issued until a time;
// as that the token's end serves, because it tells when the revocation ends too.
func revoke(claims *jwt.AccountClaims, expires map[string]time.Time, now time.Time) error {
	if claims.Revocations == nil {
		claims.Revocations = jwt.RevocationList{}
	}
	for user, t := range expires {
		if !nkeys.IsValidPublicUserKey(user) { // "*" would be everybody
			return fmt.Errorf("revoke: %q is no user", user)
		}
		claims.Revocations.Revoke(user, t)
	}
	maps.DeleteFunc(claims.Revocations, func(_ string, until int64) bool { return until < now.Unix() })
	if len(claims.Revocations) > MaxRevocations {
		return ErrTooManyRevocations
	}
	return nil
}
