package endorsement

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits of what Verify reads.
const (
	MaxSignedBytes = 1 << 20  // bytes a peer signed: results, response and identity
	MaxRootsBytes  = 64 << 10 // bytes of PEM in one organisation's trust list
	maxRootCerts   = 32
)

// peerUnit is the organizational unit by which Fabric's NodeOUs tell an
// organisation's peers from its clients and administrators.
const peerUnit = "peer"

// statusOK is the only chaincode response status that peers endorse as success.
const statusOK = 200

// Errors of Verify, to be told apart with errors.Is.
var (
	ErrMalformed   = errors.New("endorsement: malformed")
	ErrUntrusted   = errors.New("endorsement: certificate is not a peer of the organisation")
	ErrSignature   = errors.New("endorsement: signature does not match")
	ErrNotEndorsed = errors.New("endorsement: chaincode did not succeed")
)

// Verify checks one endorsement and returns what it attests: the payload of the
// chaincode's response and the chaincode's name.
//
//   - signed is the proposal response payload followed by the endorser's
//     serialized identity, the exact bytes the peer signed.
//   - signature is an ASN.1 ECDSA signature over SHA-256 of signed.
//   - certPEM is the signer's certificate; it must be the one named in signed.
//   - mspRootsPEM are the CA certificates of the one organisation that the caller
//     takes the signer to belong to, self-signed roots and any intermediates.
//
// The certificate must chain to a root and carry the organizational unit "peer":
// an organisation's clients hold certificates of the same CA and endorse nothing.
// Its validity period is not judged, as in Fabric itself: the ledger's order is
// what dates an endorsement, and proofs outlive certificates.
func Verify(signed, signature, certPEM, mspRootsPEM []byte) (payload []byte, chaincodeName string, err error) {
	statement, err := parseSigned(signed)
	if err != nil {
		return nil, "", err
	}
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return nil, "", err
	}
	named, err := parseCertificate(statement.certPEM)
	if err != nil {
		return nil, "", err
	}
	if !bytes.Equal(cert.Raw, named.Raw) {
		return nil, "", fmt.Errorf("%w: the signed identity names another certificate", ErrUntrusted)
	}
	if err := verifyChain(cert, mspRootsPEM); err != nil {
		return nil, "", err
	}
	key, isECDSA := cert.PublicKey.(*ecdsa.PublicKey)
	digest := sha256.Sum256(signed)
	if !isECDSA || !ecdsa.VerifyASN1(key, digest[:], signature) {
		return nil, "", ErrSignature
	}
	if statement.status != statusOK {
		return nil, "", fmt.Errorf("%w: status %d", ErrNotEndorsed, statement.status)
	}
	return statement.payload, statement.chaincode, nil
}

// verifyChain checks that cert is a peer certificate issued under rootsPEM.
func verifyChain(cert *x509.Certificate, rootsPEM []byte) error {
	roots, intermediates, err := parsePools(rootsPEM)
	if err != nil {
		return err
	}
	_, err = cert.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   cert.NotBefore.Add(time.Second),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if cert.IsCA || !slices.Contains(cert.Subject.OrganizationalUnit, peerUnit) {
		return fmt.Errorf("%w: organizational unit is not %q", ErrUntrusted, peerUnit)
	}
	return nil
}

func parseCertificate(certPEM []byte) (*x509.Certificate, error) {
	block, rest := pem.Decode(certPEM)
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) != 0 {
		return nil, fmt.Errorf("%w: not one PEM certificate", ErrMalformed)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return cert, nil
}

// parsePools sorts CA certificates into trust anchors, which are self-signed, and
// intermediates, which are trusted only if they chain to an anchor.
func parsePools(rootsPEM []byte) (roots, intermediates *x509.CertPool, err error) {
	if len(rootsPEM) > MaxRootsBytes {
		return nil, nil, fmt.Errorf("%w: trust list of %d bytes", ErrMalformed, len(rootsPEM))
	}
	roots, intermediates = x509.NewCertPool(), x509.NewCertPool()
	for range maxRootCerts {
		var block *pem.Block
		if block, rootsPEM = pem.Decode(rootsPEM); block == nil {
			return roots, intermediates, nil
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: trust list: %w", ErrMalformed, err)
		}
		if bytes.Equal(cert.RawSubject, cert.RawIssuer) {
			roots.AddCert(cert)
		} else {
			intermediates.AddCert(cert)
		}
	}
	return nil, nil, fmt.Errorf("%w: trust list of more than %d certificates", ErrMalformed, maxRootCerts)
}
