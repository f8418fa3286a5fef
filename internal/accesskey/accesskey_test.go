package accesskey_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
)

func TestKeysAreKeptInFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	made, err := accesskey.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := accesskey.Read(path)
	if err != nil || read.Identity() != made.Identity() || !read.Identity().IsKey() {
		t.Errorf("read %v, %v; made %v", read, err, made)
	}
	if _, err := accesskey.Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second key in the same file: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := accesskey.Read(path); err == nil {
		t.Error("a file for everybody is read")
	}
	for name, content := range map[string]string{
		"empty": "", "no PEM": "key", "another PEM": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "no key": "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
	} {
		other := filepath.Join(t.TempDir(), "other")
		if err := os.WriteFile(other, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := accesskey.Read(other); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestSignaturesAreTheLedgers(t *testing.T) {
	member, err := accesskey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	owner, err := accesskey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("text")
	parsed, err := access.ParseSignatures(accesskey.Sign(text, member.Member("garage"), owner.Itself(), owner.Itself()).String())
	if err != nil || len(parsed) != 2 {
		t.Fatalf("%v, %v", parsed, err)
	}
	have, err := parsed.Satisfied(sha256.Sum256(text), func(string) (access.Identity, error) { return member.Identity(), nil })
	if err != nil || !have.Has("member:garage") || !have.Has(owner.Identity()) {
		t.Errorf("got %v, %v", have, err)
	}
}

func TestKeysPrintTheirPublicHalf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	k, err := accesskey.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if printed := fmt.Sprintf("%v %s", k, k); strings.Count(printed, string(k.Identity())) != 2 || len(printed) != 2*len(k.Identity())+1 {
		t.Errorf("prints %s", printed)
	}
}
