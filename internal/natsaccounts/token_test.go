package natsaccounts_test

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

func TestTokensWithoutBoundsAreNotIssued(t *testing.T) {
	a := open(t, t.TempDir())
	account(t, a, natsaccounts.MemberLimits())
	bounded := natsaccounts.Permissions{Publish: []string{"a"}, Subscribe: []string{"b"}}
	for what, c := range map[string]struct {
		permissions natsaccounts.Permissions
		lifetime    time.Duration
	}{
		"everything":        {natsaccounts.Permissions{}, time.Hour},
		"all subscriptions": {natsaccounts.Permissions{Publish: []string{"a"}}, time.Hour},
		"for ever":          {bounded, 1000 * 24 * time.Hour},
		"never":             {bounded, 0},
	} {
		if _, err := a.MQTTToken("garage", "car", c.permissions, time.Now(), c.lifetime); err == nil {
			t.Errorf("%s: issued", what)
		}
	}
	first, err := a.MQTTToken("garage", "car", bounded, time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := a.MQTTToken("garage", "car", bounded, time.Now(), time.Hour); err != nil || first.User == second.User || first.JWT == second.JWT {
		t.Errorf("two tokens are one: %v", err)
	}
}
