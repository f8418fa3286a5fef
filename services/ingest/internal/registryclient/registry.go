// Package registryclient asks the registry about passports and members.
package registryclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

const (
	// classesTTL is how long a member's class may be out of date.
	classesTTL = 5 * time.Second
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
	now       func() time.Time

	mu      sync.Mutex // held while the directory is read, so that it is read once for all who wait
	classes map[string]ingest.Class
	readAt  time.Time
}

// New returns a client on a connection to the registry.
func New(conn grpc.ClientConnInterface) *Registry {
	return &Registry{
		passports: registryv1.NewPassportServiceClient(conn), members: registryv1.NewMemberServiceClient(conn), now: time.Now,
	}
}

// ResolvePassports implements ingest.Registry.
func (r *Registry) ResolvePassports(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
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
	found := make([]uuid.UUID, len(resp.GetPassports()))
	for i, p := range resp.GetPassports() {
		if found[i], err = ParsePassport(p.GetName()); err != nil {
			return nil, err
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

// MemberClass implements ingest.Registry. While the directory does not answer, what it said last goes on to hold.
func (r *Registry) MemberClass(ctx context.Context, member string) (ingest.Class, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if now := r.now(); now.Sub(r.readAt) > classesTTL {
		var classes map[string]ingest.Class
		if classes, err = r.readClasses(ctx); err == nil {
			r.classes = classes
		}
		r.readAt = now // after a failure too: not every event waits for a directory that is down
	}
	if class, ok := r.classes[member]; ok {
		return class, nil
	}
	return ingest.ClassUnknown, ingest.ErrMembersUnavailable.Wrap(err)
}

func (r *Registry) readClasses(ctx context.Context) (map[string]ingest.Class, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	classes := make(map[string]ingest.Class)
	req := &registryv1.ListMembersRequest{PageSize: memberPage}
	for len(classes) < maxMembers {
		resp, err := r.members.ListMembers(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("registry: list members: %w", err)
		}
		for _, m := range resp.GetMembers() {
			classes[strings.TrimPrefix(m.GetName(), memberPrefix)] = toClass(m.GetMemberClass())
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			return classes, nil
		}
	}
	return nil, errors.New("registry: too many members")
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
