// Package await waits for what a test waits for, with a bound.
package await

import (
	"context"
	"testing"
	"time"
)

const interval = 50 * time.Millisecond

// Until polls look until it returns an empty string, and fails the test when that takes longer than bound. The text that
// look returns says what is missing.
func Until(t testing.TB, bound time.Duration, look func(ctx context.Context) (missing string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	if missing := Poll(ctx, look); missing != "" {
		t.Fatalf("not within %s: %s", bound, missing)
	}
}

// Poll is Until for goroutines that must not end the test: it returns what is missing when ctx ends, "" on success.
func Poll(ctx context.Context, look func(ctx context.Context) (missing string)) string {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	last := ""
	for {
		missing := look(ctx)
		if missing == "" {
			return ""
		}
		if ctx.Err() != nil && last != "" {
			return last // the newest look was cut short and knows less
		}
		last = missing
		select {
		case <-ctx.Done():
			return missing
		case <-ticker.C:
		}
	}
}
