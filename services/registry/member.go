package registry

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// MemberClass is the part that a member plays in the consortium.
type MemberClass string

// The classes.
const (
	Maker            MemberClass = "maker"
	Insurer          MemberClass = "insurer"
	Garage           MemberClass = "garage"
	InspectionCentre MemberClass = "inspection_centre"
	Dealer           MemberClass = "dealer"
	Fleet            MemberClass = "fleet"
	Authority        MemberClass = "authority"
)

// AdmissionStep is one thing that an admission sets up.
type AdmissionStep string

// The steps. Directory is done with the admission itself, the others follow in any order.
const (
	StepDirectory          AdmissionStep = "directory"
	StepRelations          AdmissionStep = "relations"
	StepMessagingAccount   AdmissionStep = "messaging_account"
	StepSettlementAccounts AdmissionStep = "settlement_accounts"
	StepChainDirectory     AdmissionStep = "chain_directory"
)

// AdmissionSteps returns all steps in the order in which they are shown.
func AdmissionSteps() []AdmissionStep {
	return []AdmissionStep{StepDirectory, StepRelations, StepMessagingAccount, StepSettlementAccounts, StepChainDirectory}
}

// Member is an organisation of the consortium.
type Member struct {
	ID          string
	DisplayName string
	Class       MemberClass
	// MSPID is the member's id in Fabric's membership service.
	MSPID string
	// CACertificates are PEM; client certificates under them speak for the member.
	CACertificates string
	// Administrators are the first principals with all of the member's rights, "<id>/<name>".
	Administrators []string
	Completed      []AdmissionStep
	CreateTime     time.Time
}

// Name is the resource name, "members/<id>".
func (m Member) Name() string { return "members/" + m.ID }

// Active reports whether every step of the admission is done.
func (m Member) Active() bool {
	return !slices.ContainsFunc(AdmissionSteps(), func(s AdmissionStep) bool { return !slices.Contains(m.Completed, s) })
}

// reserved reports whether a member's id would be taken for a part of the platform: its services among principals, or
// its own two accounts at the message broker.
func reserved(id string) bool { return id == "service" || id == "platform" || id == "system" }

// maxAuthorities bounds the certificate authorities of one member.
const maxAuthorities = 8

// principalName is a name that stands safely in a subject of the permission model.
var principalName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// check refuses what a directory entry may not be, and returns the hashes of its authorities' public keys.
func (m Member) check(now time.Time) ([][]byte, error) {
	if reserved(m.ID) {
		return nil, apperr.InvalidField("member.name", "%q is reserved for the platform itself", m.ID)
	}
	for i, a := range m.Administrators {
		name, ok := strings.CutPrefix(a, m.ID+"/")
		if !ok || !principalName.MatchString(name) {
			return nil, apperr.InvalidField(fmt.Sprintf("member.administrators[%d]", i), "not of the form %s/{name}", m.ID)
		}
	}
	return authorityKeys(m.CACertificates, now)
}

// authorityKeys returns the SHA-256 hashes of the public keys of PEM certificate authorities, each once. Keys, not
// certificates, tell authorities apart: a second certificate around another member's key would make that member's
// clients ambiguous.
func authorityKeys(bundle string, now time.Time) ([][]byte, error) {
	var hashes [][]byte
	for rest := []byte(strings.TrimSpace(bundle)); len(rest) > 0; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" || len(hashes) == maxAuthorities {
			return nil, certificateInvalid("want 1 to %d PEM certificates and nothing else", maxAuthorities)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, certificateInvalid("a certificate cannot be parsed")
		}
		if err := checkAuthority(cert, now); err != nil {
			return nil, err
		}
		hash := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
		hashes = append(hashes, hash[:])
	}
	if len(hashes) == 0 {
		return nil, certificateInvalid("there is no certificate")
	}
	slices.SortFunc(hashes, bytes.Compare)
	return slices.CompactFunc(hashes, bytes.Equal), nil
}

// checkAuthority requires a root: only who holds the key can have made a certificate that signs itself, so nobody can
// enter another's intermediate authority as their own.
func checkAuthority(cert *x509.Certificate, now time.Time) error {
	if !cert.IsCA || !cert.BasicConstraintsValid {
		return certificateInvalid("the certificate is not one of a certificate authority")
	}
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return certificateInvalid("the authority's certificate is expired or not valid yet")
	}
	if cert.CheckSignatureFrom(cert) != nil {
		return certificateInvalid("the authority's certificate does not sign itself")
	}
	return nil
}

// certificateInvalid is ErrCertificateInvalid with what is wrong. It names no cause: the fault is the caller's.
func certificateInvalid(format string, args ...any) *apperr.Error {
	e := *ErrCertificateInvalid
	e.Message = fmt.Sprintf(format, args...)
	return &e
}
