package devstack

import (
	"fmt"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/pki"
)

// Operator is the principal that administers the consortium in development: it bears a certificate of the platform's
// authority, because it acts before any member exists.
const Operator = "operator"

// DevMember is a member organisation of the development network.
type DevMember struct {
	ID          string
	DisplayName string
	Class       string // as in pcc.registry.v1.MemberClass, without prefix
	MSPID       string
}

// DevMembers are the organisations that have a peer in the development network.
func DevMembers() []DevMember {
	return []DevMember{
		{ID: "oem", DisplayName: "Demonstration Maker", Class: "MAKER", MSPID: "OemMSP"},
		{ID: "insurer", DisplayName: "Demonstration Insurer", Class: "INSURER", MSPID: "InsurerMSP"},
		{ID: "garage", DisplayName: "Demonstration Garage", Class: "GARAGE", MSPID: "GarageMSP"},
	}
}

// AdminProfile is the name of the profile of a member's administrator.
func AdminProfile(member string) string { return member + "-admin" }

// MemberAuthorityFile is the certificate of a development member's own authority, PEM.
func (l Layout) MemberAuthorityFile(member string) string {
	return pki.FilesIn(l.pki("members", member), "ca").Certificate
}

// issueIdentities makes what is missing of the platform's authority, a certificate for each service, and an authority with
// the certificates and profiles of an administrator and a witness for each development member.
func (s *Stack) issueIdentities() error {
	platform, err := pki.LoadOrCreateAuthority(s.pki(), "ca", "PCC development platform")
	if err != nil {
		return err
	}
	for _, service := range append(Services(), brokerName) {
		leaf := pki.Leaf{CommonName: service, Hosts: []string{service, "localhost", "127.0.0.1"}}
		if err := issue(platform, leaf, pki.FilesIn(s.pki(), service)); err != nil {
			return err
		}
	}
	operator := pki.FilesIn(s.pki(), Operator)
	if err := issue(platform, pki.Leaf{CommonName: Operator}, operator); err != nil {
		return err
	}
	if err := s.saveProfile(Operator, "", operator); err != nil {
		return err
	}
	for _, m := range DevMembers() {
		dir := s.pki("members", m.ID)
		authority, err := pki.LoadOrCreateAuthority(dir, "ca", m.DisplayName)
		if err != nil {
			return err
		}
		for principal, profile := range map[string]string{"admin": AdminProfile(m.ID), witnessPrincipal: WitnessProfile(m.ID)} {
			files := pki.FilesIn(dir, principal)
			if err := issue(authority, pki.Leaf{CommonName: principal}, files); err != nil {
				return err
			}
			if err := s.saveProfile(profile, m.ID, files); err != nil {
				return err
			}
		}
	}
	return nil
}

// issue renews the certificate at every start, so that a stack kept for months does not end with an expired one.
func issue(a *pki.Authority, leaf pki.Leaf, files pki.Files) error {
	pair, err := a.Issue(leaf)
	if err != nil {
		return err
	}
	return pair.Write(files)
}

func (s *Stack) saveProfile(name, member string, files pki.Files) error {
	addresses, err := s.addresses()
	if err != nil {
		return err
	}
	gateway, err := s.ports.Get("gateway")
	if err != nil {
		return err
	}
	profile := client.Profile{
		Gateway: "https://" + Loopback(gateway), Services: addresses, CAFile: pki.FilesIn(s.pki(), "ca").Certificate,
		CertificateFile: files.Certificate, KeyFile: files.Key, Member: member,
	}
	if err := profile.Save(s.ProfileFile(name)); err != nil {
		return fmt.Errorf("devstack: profile %s: %w", name, err)
	}
	return nil
}
