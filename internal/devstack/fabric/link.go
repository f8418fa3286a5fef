package fabric

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// linkValidity matches what cryptogen gives the other certificates.
const linkValidity = 10 * 365 * 24 * time.Hour

// newLink makes the TLS material of one peer and its chaincode in dir: ca.crt,
// server.crt and server.key for the chaincode, client.crt and client.key for the
// peer. The CA exists for this pair only and its key is not kept, so that nobody
// else can be either end.
func newLink(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("chaincode link: %w", err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "chaincode link"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "chaincode"},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	client := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "peer"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	caKey, err := issue(filepath.Join(dir, "ca.crt"), "", authority, authority, nil)
	if err != nil {
		return err
	}
	if _, err := issue(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), server, authority, caKey); err != nil {
		return err
	}
	_, err = issue(filepath.Join(dir, "client.crt"), filepath.Join(dir, "client.key"), client, authority, caKey)
	return err
}

// issue writes a certificate signed by parentKey, or by its own key if that is
// nil, and the key too if keyPath is not empty. It returns the key.
func issue(certPath, keyPath string, template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("chaincode link: %w", err)
	}
	if parentKey == nil {
		parentKey = key
	}
	template.NotBefore = time.Now().Add(-time.Minute)
	template.NotAfter = template.NotBefore.Add(linkValidity)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, fmt.Errorf("chaincode link: %w", err)
	}
	if err := writePEM(certPath, "CERTIFICATE", der); err != nil || keyPath == "" {
		return key, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("chaincode link: %w", err)
	}
	return key, writePEM(keyPath, "PRIVATE KEY", encoded)
}

func writePEM(path, kind string, der []byte) error {
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("chaincode link: %w", err)
	}
	return nil
}
