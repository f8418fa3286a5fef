package authn

import (
	"context"
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
	members  atomic.Pointer[[]memberPool]

	mu        sync.Mutex // held while the directory is read
	source    MemberSource
	refreshed time.Time
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
	s.members.Store(&[]memberPool{})
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
	s.members.Store(&pools)
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
	leaf, intermediates := chain[0], x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	verifies := func(roots *x509.CertPool) bool {
		_, err := leaf.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: intermediates, CurrentTime: now,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		return err == nil
	}
	name := leaf.Subject.CommonName
	if name == "" {
		return Principal{}, ErrUntrusted
	}
	if verifies(s.platform) {
		return Principal{Name: name}, nil
	}
	for _, m := range *s.members.Load() {
		if verifies(m.roots) {
			return Principal{Member: m.member, Name: name}, nil
		}
	}
	return Principal{}, ErrUntrusted
}
