package edge

import (
	"fmt"
	"testing"
	"time"
)

func TestABudgetRefills(t *testing.T) {
	l := NewLimiter(RateLimit{PerSecond: 2, Burst: 3})
	now := time.Unix(1_800_000_000, 0)
	l.now = func() time.Time { return now }
	for i := range 3 {
		if wait := l.take("oem/a"); wait != 0 {
			t.Fatalf("request %d waits %s", i, wait)
		}
	}
	if wait := l.take("oem/a"); wait != 500*time.Millisecond {
		t.Errorf("the fourth waits %s, want 500ms", wait)
	}
	if wait := l.take("oem/b"); wait != 0 {
		t.Errorf("another principal waits %s", wait)
	}
	now = now.Add(500 * time.Millisecond)
	if wait := l.take("oem/a"); wait != 0 {
		t.Errorf("after the wait there is another of %s: a refusal costs budget", wait)
	}
}

func TestTrackedPrincipalsAreBounded(t *testing.T) {
	l := NewLimiter(RateLimit{PerSecond: 1, Burst: 1})
	now := time.Unix(1_800_000_000, 0)
	l.now = func() time.Time { return now }
	for i := range maxTracked {
		l.take(fmt.Sprint("idle/", i))
	}
	now = now.Add(time.Second)
	l.take("idle/0")
	l.take("new/0")
	if n := len(l.buckets); n != 2 {
		t.Errorf("%d principals are tracked, want the busy and the new one", n)
	}
	for i := range 2 * maxTracked {
		l.take(fmt.Sprint("busy/", i))
	}
	if n := len(l.buckets); n > maxTracked {
		t.Errorf("%d principals are tracked", n)
	}
}

func TestAClientHasOneBudget(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4000":           "192.0.2.7",
		"[::ffff:192.0.2.7]:4000":  "192.0.2.7",
		"[2001:db8:1:2:3::4]:4000": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:4000":      "fe80::/64",
		"pipe":                     "pipe",
	} {
		if got := network(remote); got != want {
			t.Errorf("%s counts for %s, want %s", remote, got, want)
		}
	}
}
