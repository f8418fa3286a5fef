// Package pki issues client certificates for tests, as a member's own authority would.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"
	"time"
)

const validity = time.Hour

// Authority signs certificates.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// Load reads an authority from PEM files.
func Load(t testing.TB, certificateFile, keyFile string) *Authority {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		t.Fatal(errors.New("the authority's key cannot sign"))
	}
	return &Authority{certificate: pair.Leaf, key: key}
}

// New makes an authority that nobody trusts.
func New(t testing.TB, commonName string) *Authority {
	t.Helper()
	key, template := newKey(t), newTemplate(t, commonName)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{certificate: certificate, key: key}
}

// PEM is the authority's certificate.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// Issue makes a client certificate for a principal, valid now.
func (a *Authority) Issue(t testing.TB, principal string) tls.Certificate {
	t.Helper()
	return a.IssueUntil(t, principal, time.Now().Add(validity))
}

// IssueUntil makes a client certificate that ends at a time, which may have passed.
func (a *Authority) IssueUntil(t testing.TB, principal string, end time.Time) tls.Certificate {
	t.Helper()
	key, template := newKey(t), newTemplate(t, principal)
	template.NotBefore, template.NotAfter = end.Add(-2*validity), end
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newTemplate(t testing.TB, commonName string) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName},
		NotBefore: time.Now().Add(-validity), NotAfter: time.Now().Add(validity),
	}
}
