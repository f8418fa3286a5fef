package fabric

import (
	"path/filepath"

	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// Network tells clients how to use a network that is up.
type Network struct {
	Topology  Topology
	Channel   string
	Chaincode string
	Orgs      []Org // oem, insurer, garage
}

// Org is one member organisation: its peer, a user, and what to trust it by.
type Org struct {
	Name            string // such as "oem"
	MSPID           string
	PeerEndpoint    string // host:port
	PeerTLSRootFile string // CA of the peer's TLS certificate, PEM
	MSPRootFile     string // CA of all identities of the organisation, PEM: the root for checking its endorsements
	UserCertFile    string // certificate of a user with role client, PEM
	UserKeyFile     string // the user's private key, PEM
}

// Org returns the organisation of that name and whether there is one.
func (n Network) Org(name string) (Org, bool) {
	for _, o := range n.Orgs {
		if o.Name == name {
			return o, true
		}
	}
	return Org{}, false
}

// Client returns how to call the chaincode as the organisation's user.
func (n Network) Client(o Org) fabricgw.Config {
	return fabricgw.Config{
		Endpoint:    o.PeerEndpoint,
		TLSRootFile: o.PeerTLSRootFile,
		MSPID:       o.MSPID,
		CertFile:    o.UserCertFile,
		KeyFile:     o.UserKeyFile,
		Channel:     n.Channel,
		Chaincode:   n.Chaincode,
	}
}

func (p plan) network(t Topology) *Network {
	n := &Network{Topology: t, Channel: channel, Chaincode: chaincodeName}
	for _, org := range p.PeerOrgs {
		user := org.userDir("User1")
		n.Orgs = append(n.Orgs, Org{
			Name:            org.Name,
			MSPID:           org.MSPID,
			PeerEndpoint:    org.endpoint(),
			PeerTLSRootFile: org.tls("ca.crt"),
			MSPRootFile:     filepath.Join(org.Dir, "msp", "cacerts", "ca."+org.Domain+"-cert.pem"),
			UserCertFile:    filepath.Join(user, "signcerts", "User1@"+org.Domain+"-cert.pem"),
			UserKeyFile:     filepath.Join(user, "keystore", "priv_sk"),
		})
	}
	return n
}
