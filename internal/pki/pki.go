// Package pki makes certificate authorities and certificates for development and tests. In production the platform's and
// the members' authorities are their own, and this package is not used.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	authorityValidity = 5 * 365 * 24 * time.Hour
	// LeafValidity is how long an issued certificate holds.
	LeafValidity = 90 * 24 * time.Hour
	// backdate lets a peer whose clock is behind accept a fresh certificate.
	backdate = 5 * time.Minute
)

// Pair is a certificate chain (leaf first) and its private key, both PEM.
type Pair struct{ Certificate, Key []byte }

// TLS returns the pair for use in a tls.Config.
func (p Pair) TLS() (tls.Certificate, error) { return tls.X509KeyPair(p.Certificate, p.Key) }

// Authority issues certificates.
type Authority struct {
	pair Pair
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes a self-signed authority on P-256.
func NewAuthority(commonName string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pki: generate key: %w", err)
	}
	template, err := newTemplate(commonName, authorityValidity)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("pki: sign authority: %w", err)
	}
	return newAuthority(der, key)
}

func newAuthority(der []byte, key *ecdsa.PrivateKey) (*Authority, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("pki: parse authority: %w", err)
	}
	pair, err := encode(der, key)
	if err != nil {
		return nil, err
	}
	return &Authority{pair: pair, cert: cert, key: key}, nil
}

// Certificate returns the authority's own certificate, PEM.
func (a *Authority) Certificate() []byte { return a.pair.Certificate }

// Leaf says what a certificate is for.
type Leaf struct {
	CommonName string
	// Hosts are DNS names and IP addresses of a server; empty for a client.
	Hosts []string
	// NotAfter ends the validity; LeafValidity from now when zero.
	NotAfter time.Time
}

// Issue makes a key and a certificate for client and server use.
func (a *Authority) Issue(l Leaf) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("pki: generate key: %w", err)
	}
	template, err := newTemplate(l.CommonName, LeafValidity)
	if err != nil {
		return Pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	if !l.NotAfter.IsZero() {
		template.NotAfter = l.NotAfter
		template.NotBefore = l.NotAfter.Add(-LeafValidity)
	}
	for _, h := range l.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("pki: sign certificate: %w", err)
	}
	return encode(der, key)
}

func newTemplate(commonName string, validity time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("pki: serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(validity),
	}, nil
}

func encode(der []byte, key *ecdsa.PrivateKey) (Pair, error) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, fmt.Errorf("pki: encode key: %w", err)
	}
	return Pair{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	}, nil
}

// Files is where a pair lives on disk.
type Files struct{ Certificate, Key string }

// FilesIn names the files of a pair in dir.
func FilesIn(dir, name string) Files {
	return Files{Certificate: filepath.Join(dir, name+".crt"), Key: filepath.Join(dir, name+".key")}
}

// Write stores the pair, the key readable by its owner only.
func (p Pair) Write(f Files) error {
	if err := os.MkdirAll(filepath.Dir(f.Certificate), 0o755); err != nil { //nolint:gosec // certificates are public
		return fmt.Errorf("pki: %w", err)
	}
	if err := os.WriteFile(f.Key, p.Key, 0o600); err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	return os.WriteFile(f.Certificate, p.Certificate, 0o644) //nolint:gosec // certificates are public
}

// LoadOrCreateAuthority returns the authority stored in dir under name, and makes it when there is none.
func LoadOrCreateAuthority(dir, name, commonName string) (*Authority, error) {
	f := FilesIn(dir, name)
	pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if errors.Is(err, os.ErrNotExist) {
		a, err := NewAuthority(commonName)
		if err != nil {
			return nil, err
		}
		return a, a.pair.Write(f)
	}
	if err != nil {
		return nil, fmt.Errorf("pki: load authority %s: %w", name, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("pki: the key of authority %s is not ECDSA", name)
	}
	return newAuthority(pair.Certificate[0], key)
}
