package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/pki"
)

func verify(t *testing.T, a *pki.Authority, p pki.Pair) error {
	t.Helper()
	pair, err := tls.X509KeyPair(p.Certificate, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.Certificate())
	_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "registry", KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err
}

func TestIssuedCertificateVerifiesUnderItsAuthorityOnly(t *testing.T) {
	dir := t.TempDir()
	a, err := pki.LoadOrCreateAuthority(dir, "ca", "test authority")
	if err != nil {
		t.Fatal(err)
	}
	again, err := pki.LoadOrCreateAuthority(dir, "ca", "test authority")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := again.Issue(pki.Leaf{CommonName: "registry", Hosts: []string{"registry", "127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(t, a, leaf); err != nil {
		t.Errorf("the stored authority's certificate does not verify under it: %v", err)
	}
	other, err := pki.NewAuthority("other")
	if err != nil {
		t.Fatal(err)
	}
	if verify(t, other, leaf) == nil {
		t.Error("a foreign authority verified the certificate")
	}
}

func TestExpiredCertificateIsRefused(t *testing.T) {
	a, err := pki.NewAuthority("test authority")
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := a.Issue(pki.Leaf{CommonName: "registry", Hosts: []string{"registry"}, NotAfter: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if verify(t, a, leaf) == nil {
		t.Error("an expired certificate verified")
	}
}
