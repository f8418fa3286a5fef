package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// refreshEvery bounds how long a newly admitted member is unknown to a service.
	refreshEvery = 2 * time.Second
	// memberPage and maxMembers bound the directory that a service holds in memory.
	memberPage = 1000
	maxMembers = 10_000
	// busRetry is the pause between attempts to reach the broker at the start, busPatience how long they go on.
	busRetry    = 500 * time.Millisecond
	busPatience = time.Minute
)

// Directory reads the members from the registry.
type Directory struct {
	client registryv1.MemberServiceClient
}

// NewDirectory returns the directory behind a connection to the registry.
func NewDirectory(registry grpc.ClientConnInterface) *Directory {
	return &Directory{client: registryv1.NewMemberServiceClient(registry)}
}

// Authorities lists all members with their certificate authorities.
func (d *Directory) Authorities(ctx context.Context) ([]authn.MemberAuthority, error) {
	var out []authn.MemberAuthority
	req := &registryv1.ListMembersRequest{PageSize: memberPage}
	for range maxMembers / memberPage {
		resp, err := d.client.ListMembers(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, m := range resp.GetMembers() {
			out = append(out, authn.MemberAuthority{
				Member: strings.TrimPrefix(m.GetName(), "members/"), CACertificates: m.GetCaCertificates(),
			})
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			return out, nil
		}
	}
	return nil, fmt.Errorf("app: more than %d members", maxMembers)
}

// watchMembers keeps the trust store up to date. A failure keeps what is known and is tried again.
func (b *Base) watchMembers(ctx context.Context, src authn.MemberSource) error {
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for failing := false; ; {
		err := b.Auth.Trust.Refresh(ctx, src)
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			b.Logger.InfoContext(ctx, "members' directory", slog.Bool("reachable", !failing), slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// ensureBus waits for the broker, which may start later than the service.
func (b *Base) ensureBus(ctx context.Context) error {
	deadline := time.Now().Add(busPatience)
	for {
		err := messaging.EnsureBus(ctx, b.JS)
		if err == nil || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(busRetry):
		}
	}
}
