package server

import (
	"context"
	"time"
)

// every calls round at each interval, the first time after one, until ctx ends.
func every(ctx context.Context, interval time.Duration, round func(context.Context)) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			round(ctx)
		}
	}
}
