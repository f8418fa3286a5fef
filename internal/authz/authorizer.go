package authz

import (
	"context"
	"fmt"
	"sync"
	"time"

	rts "github.com/ory/keto/proto/ory/keto/relation_tuples/v1alpha2"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

// ErrDenied is the answer to a principal without the RPC's permission.
var ErrDenied = apperr.New(apperr.PermissionDenied, "PERMISSION_DENIED", "the caller lacks the permission of this call")

const (
	// positiveTTL bounds how long a revoked permission can still be used.
	positiveTTL = 5 * time.Second
	// maxCached bounds the memory of remembered answers; the cache is emptied when it is full.
	maxCached = 10_000
	// checkTimeout bounds one question to Keto.
	checkTimeout = 2 * time.Second
)

// consortium is the one object of the Consortium namespace.
const consortium = "pcc"

// Authorizer answers from Keto. It is safe for concurrent use.
type Authorizer struct {
	rules Rules
	keto  rts.CheckServiceClient
	now   func() time.Time

	mu      sync.Mutex
	granted map[question]time.Time
}

type question struct{ namespace, object, relation, subject string }

// NewAuthorizer asks the Keto server behind conn, its read API over gRPC.
func NewAuthorizer(rules Rules, conn grpc.ClientConnInterface) *Authorizer {
	return &Authorizer{
		rules: rules, keto: rts.NewCheckServiceClient(conn), now: time.Now,
		granted: make(map[question]time.Time),
	}
}

// Authorize returns nil when p may call the method, ErrDenied when not, and an Unavailable error when Keto does not answer.
func (a *Authorizer) Authorize(ctx context.Context, p authn.Principal, fullMethod string) error {
	rule, ok := a.rules[fullMethod]
	if !ok {
		return ErrDenied
	}
	q, ok := rule.question(p)
	if !ok {
		return ErrDenied
	}
	if a.remembered(q) {
		return nil
	}
	checkCtx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	answer, err := a.keto.Check(checkCtx, &rts.CheckRequest{Tuple: &rts.RelationTuple{
		Namespace: q.namespace, Object: q.object, Relation: q.relation, Subject: rts.NewSubjectID(q.subject),
	}})
	if ctx.Err() != nil {
		return ctx.Err() // the caller gave up, which says nothing about Keto
	}
	if err != nil {
		return apperr.New(apperr.Unavailable, "AUTHORIZATION_UNAVAILABLE", "permissions cannot be checked now").Wrap(fmt.Errorf("keto: %w", err))
	}
	if !answer.GetAllowed() {
		return ErrDenied
	}
	a.remember(q)
	return nil
}

func (r Rule) question(p authn.Principal) (question, bool) {
	q := question{relation: r.Permission, subject: p.Subject()}
	switch r.Scope {
	case optionsv1.Scope_SCOPE_MEMBER:
		q.namespace, q.object = "Member", p.Member
	case optionsv1.Scope_SCOPE_CONSORTIUM:
		q.namespace, q.object = "Consortium", consortium
	case optionsv1.Scope_SCOPE_SERVICE:
		q.namespace, q.object = "Service", r.Service
	case optionsv1.Scope_SCOPE_UNSPECIFIED:
	}
	return q, q.namespace != "" && q.object != ""
}

func (a *Authorizer) remembered(q question) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	until, ok := a.granted[q]
	return ok && a.now().Before(until)
}

func (a *Authorizer) remember(q question) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.granted) >= maxCached {
		clear(a.granted)
	}
	a.granted[q] = a.now().Add(positiveTTL)
}
