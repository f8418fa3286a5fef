package natsaccounts_test

import (
	"maps"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

func user(t *testing.T) string {
	t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	id, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func revocations(t *testing.T, a natsaccounts.Account) jwt.RevocationList {
	t.Helper()
	claims, err := jwt.DecodeAccountClaims(a.JWT)
	if err != nil {
		t.Fatal(err)
	}
	return claims.Revocations
}

func TestRevocationsLastUntilTheirTokensExpire(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	limits := natsaccounts.MemberLimits()
	account(t, a, limits)
	now := time.Now()
	short, long := user(t), user(t)
	revoke := func(expires map[string]time.Time, now time.Time) natsaccounts.Account {
		t.Helper()
		got, err := open(t, dir).Revoke("garage", expires, now) // another process, or the same after a restart
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := revoke(map[string]time.Time{short: now.Add(time.Hour)}, now)
	if account(t, a, limits) != first {
		t.Error("the account's token is not kept")
	}
	if again := revoke(map[string]time.Time{short: now.Add(time.Hour)}, now); again != first {
		t.Error("the same revocation again made another token")
	}
	both := revocations(t, revoke(map[string]time.Time{long: now.Add(48 * time.Hour)}, now))
	if want := (jwt.RevocationList{short: now.Add(time.Hour).Unix(), long: now.Add(48 * time.Hour).Unix()}); !maps.Equal(both, want) {
		t.Errorf("revocations %v, want %v", both, want)
	}
	limits.Streams++
	if got := revocations(t, account(t, a, limits)); !maps.Equal(got, both) {
		t.Errorf("after a change of limits %v, want %v", got, both)
	}
	if got := revocations(t, revoke(nil, now.Add(2*time.Hour))); len(got) != 1 || got[long] == 0 {
		t.Errorf("after the first has expired %v", got)
	}
}

func TestOnlyUsersOfAnAccountAreRevoked(t *testing.T) {
	a := open(t, t.TempDir())
	soon := time.Now().Add(time.Hour)
	if _, err := a.Revoke("garage", map[string]time.Time{user(t): soon}, time.Now()); err == nil {
		t.Error("an account that is not there")
	}
	account(t, a, natsaccounts.MemberLimits())
	for _, who := range []string{jwt.All, "", "passport"} {
		if _, err := a.Revoke("garage", map[string]time.Time{who: soon}, time.Now()); err == nil {
			t.Errorf("%q was revoked", who)
		}
	}
}
