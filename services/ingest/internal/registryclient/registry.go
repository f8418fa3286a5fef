// Package registryclient asks the registry about passports and members.
package registryclient

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/eventlist"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	// refreshEvery bounds how long a member's class may be out of date.
	refreshEvery = 5 * time.Second
	// memberPage and maxMembers bound the directory held in memory.
	memberPage = 1000
	maxMembers = 10_000
	// callTimeout bounds one call.
	callTimeout = 5 * time.Second

	passportPrefix = "passports/"
	memberPrefix   = "members/"
)

// Registry implements ingest.Registry. It is safe for concurrent use.
type Registry struct {
	passports registryv1.PassportServiceClient
	members   registryv1.MemberServiceClient
	logger    *slog.Logger

	classes atomic.Pointer[map[string]ingest.Class]
	reading sync.Mutex // held while the directory is read, so that those who miss the same member read it once
}

// New returns a client on a connection to the registry.
func New(conn grpc.ClientConnInterface, logger *slog.Logger) *Registry {
	return newRegistry(registryv1.NewPassportServiceClient(conn), registryv1.NewMemberServiceClient(conn), logger)
}

func newRegistry(passports registryv1.PassportServiceClient, members registryv1.MemberServiceClient, logger *slog.Logger) *Registry {
	r := &Registry{passports: passports, members: members, logger: logger}
	r.classes.Store(&map[string]ingest.Class{})
	return r
}

// Run keeps the classes of members up to date until ctx ends. While the directory does not answer, what it said last goes
// on to hold.
func (r *Registry) Run(ctx context.Context) error {
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := r.readClasses(ctx); err != nil && ctx.Err() == nil {
			r.logger.WarnContext(ctx, "members' classes not read", slog.String("error", err.Error()))
		}
	}
}

// ResolvePassports implements ingest.Registry.
func (r *Registry) ResolvePassports(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req := &registryv1.ResolvePassportsRequest{Names: make([]string, len(ids))}
	for i, id := range ids {
		req.Names[i] = passportPrefix + id.String()
	}
	resp, err := r.passports.ResolvePassports(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("registry: resolve passports: %w", err)
	}
	found := make(map[uuid.UUID]eventlist.Tag, len(resp.GetPassports()))
	for _, p := range resp.GetPassports() {
		id, err := ParsePassport(p.GetName())
		if err != nil {
			return nil, err
		}
		if found[id], err = eventlist.ParseTag(p.GetTag()); err != nil {
			return nil, fmt.Errorf("registry: resolve passports: %w", err)
		}
	}
	return found, nil
}

// ParsePassport returns the id in "passports/{passport}".
func ParsePassport(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(strings.TrimPrefix(name, passportPrefix))
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("registry: a passport's name is malformed: %w", err)
	}
	return id, nil
}

// MemberClass implements ingest.Registry. It asks the directory only for a member not heard of before, as one admitted a
// moment ago; nobody else waits for it.
func (r *Registry) MemberClass(ctx context.Context, member string) (ingest.Class, error) {
	if class, ok := (*r.classes.Load())[member]; ok {
		return class, nil
	}
	r.reading.Lock()
	defer r.reading.Unlock()
	if class, ok := (*r.classes.Load())[member]; ok {
		return class, nil // who held the lock before has read it
	}
	if err := r.readClasses(ctx); err != nil {
		return ingest.ClassUnknown, ingest.ErrMembersUnavailable.Wrap(err)
	}
	if class, ok := (*r.classes.Load())[member]; ok {
		return class, nil
	}
	return ingest.ClassUnknown, ingest.ErrMembersUnavailable
}

func (r *Registry) readClasses(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	classes := make(map[string]ingest.Class)
	req := &registryv1.ListMembersRequest{PageSize: memberPage}
	for len(classes) < maxMembers {
		resp, err := r.members.ListMembers(ctx, req)
		if err != nil {
			return fmt.Errorf("registry: list members: %w", err)
		}
		for _, m := range resp.GetMembers() {
			classes[strings.TrimPrefix(m.GetName(), memberPrefix)] = toClass(m.GetMemberClass())
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			r.classes.Store(&classes)
			return nil
		}
	}
	return fmt.Errorf("registry: more than %d members", maxMembers)
}

func toClass(c registryv1.MemberClass) ingest.Class {
	return map[registryv1.MemberClass]ingest.Class{
		registryv1.MemberClass_MEMBER_CLASS_MAKER:             ingest.ClassMaker,
		registryv1.MemberClass_MEMBER_CLASS_INSURER:           ingest.ClassInsurer,
		registryv1.MemberClass_MEMBER_CLASS_GARAGE:            ingest.ClassGarage,
		registryv1.MemberClass_MEMBER_CLASS_INSPECTION_CENTRE: ingest.ClassInspectionCentre,
		registryv1.MemberClass_MEMBER_CLASS_DEALER:            ingest.ClassDealer,
		registryv1.MemberClass_MEMBER_CLASS_FLEET:             ingest.ClassFleet,
		registryv1.MemberClass_MEMBER_CLASS_AUTHORITY:         ingest.ClassAuthority,
	}[c]
}
