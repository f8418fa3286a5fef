package natsaccounts_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/jwt/v2"

	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

func open(t *testing.T, dir string) *natsaccounts.Authority {
	t.Helper()
	a, err := natsaccounts.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func account(t *testing.T, a *natsaccounts.Authority, limits natsaccounts.Limits) natsaccounts.Account {
	t.Helper()
	got, err := a.Account("garage", limits)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func credentials(t *testing.T, a *natsaccounts.Authority, p natsaccounts.Permissions) (text string) {
	t.Helper()
	path, err := a.Credentials("garage", "bus", p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEverythingIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	first, again := open(t, dir), open(t, dir)
	if first.OperatorJWT() != again.OperatorJWT() {
		t.Error("the operator changed")
	}
	limits := natsaccounts.MemberLimits()
	if account(t, first, limits) != account(t, again, limits) {
		t.Error("the account changed")
	}
	permissions := natsaccounts.Permissions{Publish: []string{"events.>"}}
	if credentials(t, first, permissions) != credentials(t, again, permissions) {
		t.Error("the credentials changed")
	}
}

func TestConcurrentFirstUsesAgree(t *testing.T) {
	dir := t.TempDir()
	const openers = 8
	ids := make(chan string, openers)
	for range openers {
		go func() {
			a, err := natsaccounts.Open(dir)
			if err != nil {
				ids <- err.Error()
				return
			}
			got, err := a.Account("garage", natsaccounts.MemberLimits())
			if err != nil {
				ids <- err.Error()
				return
			}
			ids <- got.ID
		}()
	}
	first := <-ids
	for range openers - 1 {
		if id := <-ids; id != first {
			t.Errorf("one caller got %s, another %s", first, id)
		}
	}
}

func TestChangedLimitsAndPermissionsAreReissued(t *testing.T) {
	a := open(t, t.TempDir())
	limits := natsaccounts.MemberLimits()
	before := account(t, a, limits)
	limits.Streams++
	after := account(t, a, limits)
	if before.ID != after.ID || before.JWT == after.JWT {
		t.Error("want the same account with a new token")
	}
	claims, err := jwt.DecodeAccountClaims(after.JWT)
	if err != nil || claims.Limits.Streams != limits.Streams {
		t.Errorf("claims %+v, %v", claims, err)
	}
	narrow := credentials(t, a, natsaccounts.Permissions{Publish: []string{"events.>"}})
	wide := credentials(t, a, natsaccounts.Permissions{Publish: []string{">"}})
	if narrow == wide {
		t.Error("the credentials did not change with the permissions")
	}
	key := func(text string) string {
		k, err := jwt.ParseDecoratedUserNKey([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		id, err := k.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if key(narrow) != key(wide) {
		t.Error("the user's key changed")
	}
}

func TestSecretsAreOursAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	a := open(t, dir)
	account(t, a, natsaccounts.MemberLimits())
	credentials(t, a, natsaccounts.Permissions{})
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if !d.IsDir() {
			files++
		}
		return nil
	})
	// Operator seed and token, system seed, garage's seed and token, the user's credentials.
	if err != nil || files != 6 {
		t.Errorf("%d files, %v; want 6", files, err)
	}
}

func TestNamesAreChecked(t *testing.T) {
	a := open(t, t.TempDir())
	for _, name := range []string{"", "../up", "A", natsaccounts.System} {
		if _, err := a.Account(name, natsaccounts.MemberLimits()); err == nil {
			t.Errorf("account %q was accepted", name)
		}
	}
}
