package natsaccounts

import (
	"fmt"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// maxTokenLifetime bounds how long a token holds that cannot be withdrawn.
const maxTokenLifetime = 400 * 24 * time.Hour

// MQTTToken issues a bearer token for an MQTT client of the account: it is the password, whoever has it is the user, and no
// other protocol takes it. The permissions must not be empty, which would permit everything.
func (a *Authority) MQTTToken(account, user string, permissions Permissions, now time.Time, lifetime time.Duration) (string, error) {
	if len(permissions.Publish) == 0 || len(permissions.Subscribe) == 0 || lifetime <= 0 || lifetime > maxTokenLifetime {
		return "", fmt.Errorf("nats token of %s: no permissions, or a lifetime of none or more than %s", account, maxTokenLifetime)
	}
	accountKey, err := a.accountKey(account)
	if err != nil {
		return "", err
	}
	key, err := nkeys.CreateUser() // names the user; nobody proves to have it
	if err != nil {
		return "", fmt.Errorf("nats token of %s: %w", account, err)
	}
	id, err := key.PublicKey()
	if err != nil {
		return "", fmt.Errorf("nats token of %s: %w", account, err)
	}
	claims := jwt.NewUserClaims(id)
	claims.Name, claims.Expires = user, now.Add(lifetime).Unix()
	claims.BearerToken = true
	claims.AllowedConnectionTypes = jwt.StringList{jwt.ConnectionTypeMqtt}
	claims.Permissions.Pub.Allow = permissions.Publish
	claims.Permissions.Sub.Allow = permissions.Subscribe
	token, err := claims.Encode(accountKey)
	if err != nil {
		return "", fmt.Errorf("nats token of %s: %w", account, err)
	}
	return token, nil
}
