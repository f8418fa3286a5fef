package devicebus_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nkeys"

	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

// TestAWithdrawnTokenCountsNoMore withdraws one of two tokens of a passport: its connection ends, it opens no other, also
// after the broker was started anew and after the account was told again. The other goes on.
func TestAWithdrawnTokenCountsNoMore(t *testing.T) {
	b := devicebustest.Start(t)
	stream := open(t, b, "oem")
	passport := uuid.NewString()
	lost, kept := b.Issue("oem", passport, time.Hour), b.Issue("oem", passport, time.Hour)
	first, second := b.Connect(passport, lost.JWT), b.Connect(passport, kept.JWT)
	b.Revoke("oem", lost)
	select {
	case <-first.Lost:
	case <-time.After(devicebustest.Patience):
		t.Fatal("the connection outlives the withdrawal")
	}
	refused := func(when string) {
		t.Helper()
		if _, err := b.TryConnect(passport, lost.JWT); err == nil {
			t.Errorf("%s: the withdrawn token connects", when)
		}
	}
	refused("at once")
	if err := second.Send(passport, devicebus.FormatJSON, []byte("{}")); err != nil {
		t.Errorf("the other token: %v", err)
	}
	devicebustest.Await(t, "the other's message", func() bool { return messages(t, stream) == 1 })
	b.Restart()
	refused("after a restart")
	b.Member("oem") // the account is told again
	b.Revoke("oem", b.Issue("oem", passport, time.Hour))
	refused("after another withdrawal")
	b.Connect(passport, kept.JWT)
}

// TestTheBrokerTakesAsManyRevocationsAsThereMayBe holds that the account's token with all of them fits into a message.
func TestTheBrokerTakesAsManyRevocationsAsThereMayBe(t *testing.T) {
	b := devicebustest.Start(t)
	open(t, b, "oem")
	passport := uuid.NewString()
	token := b.Issue("oem", passport, time.Hour)
	d := b.Connect(passport, token.JWT)
	many := []natsaccounts.Token{token}
	for len(many) < natsaccounts.MaxRevocations {
		many = append(many, natsaccounts.Token{User: user(t), Expires: token.Expires})
	}
	b.Revoke("oem", many...)
	select {
	case <-d.Lost:
	case <-time.After(devicebustest.Patience):
		t.Error("the connection outlives the withdrawal")
	}
	_, err := b.Accounts.Revoke("oem", map[string]time.Time{user(t): token.Expires}, time.Now())
	if !errors.Is(err, natsaccounts.ErrTooManyRevocations) {
		t.Errorf("one more: %v", err)
	}
	account, err := b.Accounts.Revoke("oem", map[string]time.Time{user(t): token.Expires.Add(time.Hour)}, token.Expires.Add(time.Second))
	if err != nil || len(account.JWT) > 2000 {
		t.Error(fmt.Errorf("once the others have expired: %d bytes, %w", len(account.JWT), err))
	}
}

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
