// Package brokeraccounts creates the members' accounts at the message broker, and admits devices to them.
package brokeraccounts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/services/registry"
)

// user is the registry among the users of the broker's system account; it may do nothing but tell of accounts.
const user = "registry"

// Creator creates accounts. Close ends its connection.
type Creator struct {
	authority *natsaccounts.Authority
	system    *nats.Conn
}

// Open reads the operator's keys in dir and connects to the broker at url, which may be away for now.
func Open(dir, url string) (*Creator, error) {
	authority, err := natsaccounts.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("brokeraccounts: %w", err)
	}
	credentials, err := authority.Credentials(natsaccounts.System, user, natsaccounts.Permissions{
		Publish: []string{"$SYS.REQ.CLAIMS.UPDATE"}, Subscribe: []string{"_INBOX.>"},
	})
	if err != nil {
		return nil, fmt.Errorf("brokeraccounts: %w", err)
	}
	system, err := messaging.Connect(url, "pcc-registry-accounts", credentials)
	if err != nil {
		return nil, fmt.Errorf("brokeraccounts: %w", err)
	}
	return &Creator{authority: authority, system: system}, nil
}

// Create makes the account of a member, named like the member, known to the broker. A second time it tells it again.
func (c *Creator) Create(ctx context.Context, member string) error {
	if member == natsaccounts.System || member == natsaccounts.Platform {
		return fmt.Errorf("brokeraccounts: %q is an account of the platform", member)
	}
	account, err := c.authority.Account(member, natsaccounts.MemberLimits())
	if err != nil {
		return fmt.Errorf("brokeraccounts: %w", err)
	}
	if err := natsaccounts.Push(ctx, c.system, account); err != nil {
		return fmt.Errorf("brokeraccounts: %w", err)
	}
	return nil
}

// DeviceToken implements registry.DeviceAccounts.
func (c *Creator) DeviceToken(t registry.DeviceToken, lifetime time.Duration) (registry.DeviceToken, string, error) {
	token, err := c.authority.MQTTToken(t.Member, t.Passport, devicebus.DevicePermissions(t.Passport), t.IssueTime, lifetime)
	if err != nil {
		return registry.DeviceToken{}, "", fmt.Errorf("brokeraccounts: %w", err)
	}
	t.ID, t.ExpireTime = token.User, token.Expires
	return t, token.JWT, nil
}

// Revoke implements registry.DeviceAccounts.
func (c *Creator) Revoke(ctx context.Context, member string, expires map[string]time.Time) error {
	account, err := c.authority.Revoke(member, expires, time.Now())
	if errors.Is(err, natsaccounts.ErrTooManyRevocations) {
		return registry.ErrTooManyRevoked.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("brokeraccounts: %w", err)
	}
	if !c.system.IsConnected() { // without this, the push would wait in vain for as long as it may
		return registry.ErrBrokerUnavailable
	}
	if err := natsaccounts.Push(ctx, c.system, account); err != nil {
		return registry.ErrBrokerUnavailable.Wrap(err)
	}
	return nil
}

// BridgeCredentials returns the credentials of the bridge in a member's account, in the form of their file.
func (c *Creator) BridgeCredentials(member string) (string, error) {
	file, err := c.authority.Credentials(member, devicebus.Consumer, devicebus.BridgePermissions())
	if err != nil {
		return "", fmt.Errorf("brokeraccounts: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("brokeraccounts: %w", err)
	}
	return string(text), nil
}

// Close disconnects.
func (c *Creator) Close() { c.system.Close() }
