package authn

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// ErrUntrusted is the answer to a certificate that no trusted authority issued, or that is expired.
var ErrUntrusted = apperr.New(apperr.Unauthenticated, "CERTIFICATE_UNTRUSTED", "the client certificate is expired or not issued by a member's authority")

// MemberAuthority is a member with the certificate authorities that speak for it.
type MemberAuthority struct {
	Member         string // id, for example "oem"
	CACertificates string // PEM
}

// MemberSource lists the members whose certificates are trusted.
type MemberSource interface {
	Authorities(ctx context.Context) ([]MemberAuthority, error)
}

// missGap bounds how often a stranger's certificate makes the store look at the directory again: the call waits its turn.
const missGap = 250 * time.Millisecond

// TrustStore knows the authorities of the platform and of all members. It is safe for concurrent use; Refresh replaces
// the members' part at once.
type TrustStore struct {
	platform *x509.CertPool
	members  atomic.Pointer[trusted]

	mu        sync.Mutex // held while the directory is read
	source    MemberSource
	refreshed time.Time
}

// maxVerified bounds the certificates that are remembered between two refreshes; those beyond it are verified at every call.
const maxVerified = 10_000

// trusted are the members' authorities, and what they and the platform's were found to have issued: a certificate comes with every call
// of its connections, and to verify its signature takes longer than most calls do.
type trusted struct {
	pools []memberPool

	mu       sync.RWMutex
	verified map[[sha256.Size]byte]verified // by the hash of the leaf
}

// verified is whose a certificate is, as long as all certificates of its chain are valid.
type verified struct {
	principal    Principal
	since, until time.Time
}

func newTrusted(pools []memberPool) *trusted {
	return &trusted{pools: pools, verified: map[[sha256.Size]byte]verified{}}
}

// recall returns whose a certificate is that was verified before, and is valid now.
func (t *trusted) recall(leaf [sha256.Size]byte, now time.Time) (Principal, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	v, found := t.verified[leaf]
	return v.principal, found && !now.Before(v.since) && !now.After(v.until)
}

// remember keeps whose the certificate at the head of a verified chain is.
func (t *trusted) remember(leaf [sha256.Size]byte, p Principal, chain []*x509.Certificate) {
	v := verified{principal: p, since: chain[0].NotBefore, until: chain[0].NotAfter}
	for _, c := range chain {
		if c.NotBefore.After(v.since) {
			v.since = c.NotBefore
		}
		if c.NotAfter.Before(v.until) {
			v.until = c.NotAfter
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.verified) < maxVerified {
		t.verified[leaf] = v
	}
}

type memberPool struct {
	member string
	roots  *x509.CertPool
}

// NewTrustStore returns a store that trusts the platform's own services by platformCA (PEM) and no member yet.
func NewTrustStore(platformCA []byte) (*TrustStore, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(platformCA) {
		return nil, errors.New("authn: the platform's CA file holds no certificate")
	}
	s := &TrustStore{platform: pool}
	s.members.Store(newTrusted(nil))
	return s, nil
}

// Refresh reads the members from src. On an error the store stays as it was.
func (s *TrustStore) Refresh(ctx context.Context, src MemberSource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source = src
	return s.refresh(ctx)
}

// refresh is called with mu held.
func (s *TrustStore) refresh(ctx context.Context) error {
	s.refreshed = time.Now()
	authorities, err := s.source.Authorities(ctx)
	if err != nil {
		return fmt.Errorf("authn: list the members' authorities: %w", err)
	}
	pools := make([]memberPool, 0, len(authorities))
	for _, a := range authorities {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(a.CACertificates)) {
			return fmt.Errorf("authn: member %q has no certificate authority", a.Member)
		}
		pools = append(pools, memberPool{member: a.Member, roots: roots})
	}
	s.members.Store(newTrusted(pools))
	return nil
}

// Identify returns the principal of a client's certificate chain (leaf first) at the time now, or ErrUntrusted. For a
// certificate that it does not know it looks at the directory once more: its member may have been admitted just now.
func (s *TrustStore) Identify(ctx context.Context, chain []*x509.Certificate, now time.Time) (Principal, error) {
	p, err := s.identify(chain, now)
	if err != nil && s.lookAgain(ctx) {
		return s.identify(chain, now)
	}
	return p, err
}

// lookAgain reads the directory, unless that was done a moment ago, and reports whether the store may know more now.
func (s *TrustStore) lookAgain(ctx context.Context) bool {
	asked := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.source == nil || s.refreshed.After(asked) {
		return s.source != nil // somebody else has looked while this call waited
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Until(s.refreshed.Add(missGap))):
		return s.refresh(ctx) == nil
	}
}

func (s *TrustStore) identify(chain []*x509.Certificate, now time.Time) (Principal, error) {
	if len(chain) == 0 {
		return Principal{}, ErrUntrusted
	}
	leaf, members := sha256.Sum256(chain[0].Raw), s.members.Load()
	if p, ok := members.recall(leaf, now); ok {
		return p, nil
	}
	p, path, err := s.verify(members.pools, chain, now)
	if err == nil {
		members.remember(leaf, p, path)
	}
	return p, err
}

// verify finds the authority that issued a certificate, and returns the path to it.
func (s *TrustStore) verify(pools []memberPool, chain []*x509.Certificate, now time.Time) (Principal, []*x509.Certificate, error) {
	leaf, intermediates := chain[0], x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	path := func(roots *x509.CertPool) []*x509.Certificate {
		paths, err := leaf.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: intermediates, CurrentTime: now,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		if err != nil {
			return nil
		}
		return paths[0]
	}
	name := leaf.Subject.CommonName
	if name == "" {
		return Principal{}, nil, ErrUntrusted
	}
	if found := path(s.platform); found != nil {
		return Principal{Name: name}, found, nil
	}
	for _, m := range pools {
		if found := path(m.roots); found != nil {
			return Principal{Member: m.member, Name: name}, found, nil
		}
	}
	return Principal{}, nil, ErrUntrusted
}
