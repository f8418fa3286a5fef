package authn_test

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/pki"
)

// directory is a members' directory that a test changes.
type directory struct {
	authorities []authn.MemberAuthority
	err         error
}

func (d *directory) Authorities(context.Context) ([]authn.MemberAuthority, error) {
	return d.authorities, d.err
}

func newAuthority(t *testing.T, name string) *pki.Authority {
	t.Helper()
	a, err := pki.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func chain(t *testing.T, a *pki.Authority, leaf pki.Leaf) []*x509.Certificate {
	t.Helper()
	pair, err := a.Issue(leaf)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return []*x509.Certificate{cert.Leaf}
}

// newTrust returns a store that trusts platform, and oem's authority as the member "oem".
func newTrust(t *testing.T, platform, oem *pki.Authority) (*authn.TrustStore, *directory) {
	t.Helper()
	store, err := authn.NewTrustStore(platform.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{authorities: []authn.MemberAuthority{{Member: "oem", CACertificates: string(oem.Certificate())}}}
	if err := store.Refresh(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return store, d
}

func TestTheAuthorityDecidesTheMember(t *testing.T) {
	platform, oem, stranger := newAuthority(t, "platform"), newAuthority(t, "oem"), newAuthority(t, "stranger")
	store, _ := newTrust(t, platform, oem)
	expired := pki.Leaf{CommonName: "admin", NotAfter: time.Now().Add(-time.Minute)}
	for name, c := range map[string]struct {
		chain []*x509.Certificate
		want  authn.Principal
		err   error
	}{
		"service":           {chain: chain(t, platform, pki.Leaf{CommonName: "ingest"}), want: authn.Principal{Name: "ingest"}},
		"member":            {chain: chain(t, oem, pki.Leaf{CommonName: "admin"}), want: authn.Principal{Member: "oem", Name: "admin"}},
		"service by member": {chain: chain(t, oem, pki.Leaf{CommonName: "service/ingest"}), want: authn.Principal{Member: "oem", Name: "service/ingest"}},
		"expired":           {chain: chain(t, oem, expired), err: authn.ErrUntrusted},
		"foreign":           {chain: chain(t, stranger, pki.Leaf{CommonName: "admin"}), err: authn.ErrUntrusted},
		"nameless":          {chain: chain(t, oem, pki.Leaf{}), err: authn.ErrUntrusted},
		"none":              {err: authn.ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := store.Identify(t.Context(), c.chain, time.Now())
			if !errors.Is(err, c.err) || got != c.want {
				t.Errorf("Identify = %+v, %v; want %+v, %v", got, err, c.want, c.err)
			}
		})
	}
}

func TestAMemberAdmittedJustNowIsRecognised(t *testing.T) {
	platform, oem, garage := newAuthority(t, "platform"), newAuthority(t, "oem"), newAuthority(t, "garage")
	store, d := newTrust(t, platform, oem)
	d.authorities = append(d.authorities, authn.MemberAuthority{Member: "garage", CACertificates: string(garage.Certificate())})
	got, err := store.Identify(t.Context(), chain(t, garage, pki.Leaf{CommonName: "admin"}), time.Now())
	if err != nil || got.Member != "garage" {
		t.Errorf("Identify = %+v, %v", got, err)
	}
}

func TestALostDirectoryKeepsWhatIsKnown(t *testing.T) {
	platform, oem := newAuthority(t, "platform"), newAuthority(t, "oem")
	store, d := newTrust(t, platform, oem)
	d.err = errors.New("registry is away")
	if store.Refresh(t.Context(), d) == nil {
		t.Fatal("the lost directory was not reported")
	}
	if _, err := store.Identify(t.Context(), chain(t, oem, pki.Leaf{CommonName: "admin"}), time.Now()); err != nil {
		t.Errorf("a known member is refused: %v", err)
	}
}

// TestACertificateThatWasVerifiedIsJudgedAnew identifies it first, so that the store remembers it.
func TestACertificateThatWasVerifiedIsJudgedAnew(t *testing.T) {
	platform, oem := newAuthority(t, "platform"), newAuthority(t, "oem")
	store, d := newTrust(t, platform, oem)
	end := time.Now().Add(time.Hour)
	admin := chain(t, oem, pki.Leaf{CommonName: "admin", NotAfter: end})
	for _, c := range []struct {
		when string
		now  time.Time
		want error
	}{
		{"now", time.Now(), nil},
		{"again", time.Now(), nil},
		{"after its end", end.Add(time.Second), authn.ErrUntrusted},
		{"before its beginning", time.Now().AddDate(-1, 0, 0), authn.ErrUntrusted},
		{"now again", time.Now(), nil},
	} {
		p, err := store.Identify(t.Context(), admin, c.now)
		if !errors.Is(err, c.want) || err == nil && p != (authn.Principal{Member: "oem", Name: "admin"}) {
			t.Errorf("%s: %+v, %v; want %v", c.when, p, err, c.want)
		}
	}
	d.authorities = nil // the member left
	if err := store.Refresh(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if p, err := store.Identify(t.Context(), admin, time.Now()); !errors.Is(err, authn.ErrUntrusted) {
		t.Errorf("after its member left: %+v, %v", p, err)
	}
}
