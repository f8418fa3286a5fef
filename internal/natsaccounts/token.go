package natsaccounts

import (
	"fmt"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// maxTokenLifetime bounds how long a token holds, and with it how long its withdrawal has to be kept.
const maxTokenLifetime = 400 * 24 * time.Hour

// Token is a bearer token.
type Token struct {
	// User is the public key that names its user at the broker; no two tokens have the same. It is no secret.
	User string
	// JWT is the token itself. It is secret.
	JWT string
	// Expires is when it ends, in whole seconds.
	Expires time.Time
}

// MQTTToken issues a bearer token for an MQTT client of the account: it is the password, whoever has it is the user, and no
// other protocol takes it. The permissions must not be empty, which would permit everything.
func (a *Authority) MQTTToken(account, user string, permissions Permissions, now time.Time, lifetime time.Duration) (Token, error) {
	if len(permissions.Publish) == 0 || len(permissions.Subscribe) == 0 || lifetime <= 0 || lifetime > maxTokenLifetime {
		return Token{}, fmt.Errorf("nats token of %s: no permissions, or a lifetime of none or more than %s", account, maxTokenLifetime)
	}
	accountKey, err := a.accountKey(account)
	if err != nil {
		return Token{}, err
	}
	key, err := nkeys.CreateUser() // names the user; nobody proves to have it
	if err != nil {
		return Token{}, fmt.Errorf("nats token of %s: %w", account, err)
	}
	id, err := key.PublicKey()
	if err != nil {
		return Token{}, fmt.Errorf("nats token of %s: %w", account, err)
	}
	claims := jwt.NewUserClaims(id)
	expires := now.Add(lifetime).Truncate(time.Second)
	claims.Name, claims.Expires = user, expires.Unix()
	claims.BearerToken = true
	claims.AllowedConnectionTypes = jwt.StringList{jwt.ConnectionTypeMqtt}
	claims.Permissions.Pub.Allow = permissions.Publish
	claims.Permissions.Sub.Allow = permissions.Subscribe
	token, err := claims.Encode(accountKey)
	if err != nil {
		return Token{}, fmt.Errorf("nats token of %s: %w", account, err)
	}
	return Token{User: id, JWT: token, Expires: expires}, nil
}
