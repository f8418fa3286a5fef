// Package bridge takes to ingest what cars and dongles publish over MQTT, and answers them.
//
// Every member has an account at the broker with a stream that keeps what its devices publish (internal/devicebus). For
// each member one worker takes messages from the stream, has ingest take their events as the member's principal "devices",
// whose rights Keto knows, answers the devices, and only then acknowledges the messages. A worker that ends in between
// leaves them for the next one: ingest knows the events again by source and id, so nothing is lost or doubled. While ingest
// does not take events the stream fills up; a full stream takes nothing more, and devices that get no answer send again.
//
// Several gateways share the work: the stream gives each message to one of them.
package bridge

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// membersEvery is how soon the devices of a new member are served.
	membersEvery = 5 * time.Second
	// maxMembers bounds the workers.
	maxMembers = 4096
	// retryFirst and retryMost bound the pause of a worker after a failure; it doubles in between.
	retryFirst = 200 * time.Millisecond
	retryMost  = 10 * time.Second
)

// Bridge serves the devices of all members.
type Bridge struct {
	// URL is where the broker is.
	URL     string
	Members authn.MemberSource
	Devices registryv1.DeviceServiceClient
	Ingest  ingestv1.IngestServiceClient
	Metrics *Metrics
	Logger  *slog.Logger
}

// Run serves until ctx ends.
func (b *Bridge) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	served := map[string]bool{}
	ticker := time.NewTicker(membersEvery)
	defer ticker.Stop()
	for {
		members, err := b.Members.Authorities(ctx)
		if err != nil && ctx.Err() == nil {
			b.Logger.WarnContext(ctx, "members' directory not read", slog.String("error", err.Error()))
		}
		for _, m := range members {
			if !served[m.Member] && len(served) < maxMembers {
				served[m.Member] = true
				workers.Go(func() { b.serve(ctx, m.Member) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// serve serves the devices of a member until ctx ends.
func (b *Bridge) serve(ctx context.Context, member string) {
	pause := retryFirst
	for ctx.Err() == nil {
		start := time.Now()
		err := b.work(ctx, member)
		if ctx.Err() != nil {
			return
		}
		b.Metrics.failed(ctx, member)
		b.Logger.WarnContext(ctx, "devices are not served", slog.String("member", member), slog.String("error", err.Error()))
		if time.Since(start) > retryMost {
			pause = retryFirst // it has worked in between
		}
		messaging.Pause(ctx, pause)
		pause = min(2*pause, retryMost)
	}
}
