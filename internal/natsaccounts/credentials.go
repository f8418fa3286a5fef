package natsaccounts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// Permissions are the subjects, wildcards included, that a user may publish and subscribe to. Both empty permits
// everything within the account.
type Permissions struct{ Publish, Subscribe []string }

// Credentials returns the path of the credentials file of a user of the account. The file is written on first use and
// again when the permissions change; the user's key stays the same.
func (a *Authority) Credentials(account, user string, permissions Permissions) (string, error) {
	if err := checkName(user); err != nil {
		return "", err
	}
	accountKey, err := a.accountKey(account)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	path := filepath.Join(a.accountDir(account), "users", user+".creds")
	if err := writeCredentials(path, user, accountKey, permissions); err != nil {
		return "", fmt.Errorf("nats user %s of %s: %w", user, account, err)
	}
	return path, nil
}

// writeCredentials keeps the file at path when it holds these permissions already.
func writeCredentials(path, user string, accountKey nkeys.KeyPair, permissions Permissions) error {
	key, err := userKey(path)
	if err != nil {
		return err
	}
	id, err := key.PublicKey()
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	claims := jwt.NewUserClaims(id)
	claims.Name = user
	claims.Permissions.Pub.Allow = permissions.Publish
	claims.Permissions.Sub.Allow = permissions.Subscribe
	if old, err := readUserClaims(path); err == nil && reflect.DeepEqual(old.Permissions, claims.Permissions) {
		return nil
	}
	token, err := claims.Encode(accountKey)
	if err != nil {
		return fmt.Errorf("encode token: %w", err)
	}
	seed, err := key.Seed()
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	text, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		return fmt.Errorf("format credentials: %w", err)
	}
	return writeSecret(path, text)
}

// userKey is the key in the credentials file at path, or a new one.
func userKey(path string) (nkeys.KeyPair, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nkeys.CreateUser()
	}
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	return jwt.ParseDecoratedUserNKey(text)
}

func readUserClaims(path string) (*jwt.UserClaims, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	token, err := jwt.ParseDecoratedJWT(text)
	if err != nil {
		return nil, fmt.Errorf("parse credentials: %w", err)
	}
	return jwt.DecodeUserClaims(token)
}
