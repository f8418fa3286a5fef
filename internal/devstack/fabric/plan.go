package fabric

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
)

// domain is under a name reserved for testing: no certificate made here is valid
// for a name that could exist.
const domain = "pcc.test"

// plan is the network to be: what the templates in deploy/fabric are filled with,
// and what the processes are started from.
type plan struct {
	BFT          bool
	BatchTimeout string
	OrdererOrgs  []ordererOrg
	PeerOrgs     []peerOrg
}

type ordererOrg struct {
	MSPID, Domain string
	Dir           string // crypto material of the organisation
	Orderers      []orderer
}

type orderer struct {
	ID             int
	Name           string // process and port name, such as "orderer1"
	MSPID          string
	Host, FullName string
	Dir            string // crypto material of the node
	AdminDir       string // crypto material of its organisation's administrator
	Port           int
	AdminPort      int
}

type peerOrg struct {
	Name, MSPID, Domain string
	Dir                 string // crypto material of the organisation
	LinkDir             string // TLS between peer and chaincode
	PeerPort            int
	ChaincodePort       int
}

// batchTimeout is how long an orderer waits for more transactions: it is the
// latency of a lone one.
const batchTimeout = "200ms"

// members are the peer organisations: name and MSP id.
func members() [][2]string {
	return [][2]string{{"oem", "OemMSP"}, {"insurer", "InsurerMSP"}, {"garage", "GarageMSP"}}
}

// newPlan lays the network out below cfg.Dir with the given ports.
func newPlan(cfg Config, ports map[string]int) plan {
	p := plan{BFT: cfg.Topology == BFT4, BatchTimeout: batchTimeout}
	count := 1
	if p.BFT {
		count = 4
	}
	for id := 1; id <= count; id++ {
		p.OrdererOrgs = append(p.OrdererOrgs, newOrdererOrg(cfg, ports, id))
	}
	for _, m := range members() {
		name, d := m[0], m[0]+"."+domain
		p.PeerOrgs = append(p.PeerOrgs, peerOrg{
			Name: name, MSPID: m[1], Domain: d,
			Dir:           cfg.path("crypto", "peerOrganizations", d),
			LinkDir:       cfg.path("link", name),
			PeerPort:      ports["peer-"+name],
			ChaincodePort: ports["chaincode-"+name],
		})
	}
	return p
}

func newOrdererOrg(cfg Config, ports map[string]int, id int) ordererOrg {
	d := fmt.Sprintf("orderer%d.%s", id, domain)
	org := ordererOrg{
		MSPID: fmt.Sprintf("Orderer%dMSP", id), Domain: d,
		Dir: cfg.path("crypto", "ordererOrganizations", d),
	}
	name := fmt.Sprintf("orderer%d", id)
	org.Orderers = []orderer{{
		ID: id, Name: name, MSPID: org.MSPID, Host: "node", FullName: "node." + d,
		Dir:       filepath.Join(org.Dir, "orderers", "node."+d),
		AdminDir:  filepath.Join(org.Dir, "users", "Admin@"+d),
		Port:      ports[name],
		AdminPort: ports[name+"-admin"],
	}}
	return org
}

// listeners names every port the topology needs.
func listeners(t Topology) []string {
	names := []string{"orderer1", "orderer1-admin"}
	if t == BFT4 {
		names = append(names, "orderer2", "orderer2-admin", "orderer3", "orderer3-admin", "orderer4", "orderer4-admin")
	}
	for _, m := range members() {
		names = append(names, "peer-"+m[0], "chaincode-"+m[0])
	}
	return names
}

func (p plan) orderers() []orderer {
	var all []orderer
	for _, org := range p.OrdererOrgs {
		all = append(all, org.Orderers...)
	}
	return all
}

// Endpoint is where the orderer serves peers, clients and other orderers.
func (o orderer) Endpoint() string { return loopback(o.Port) }

func (o orderer) tls(file string) string { return filepath.Join(o.Dir, "tls", file) }

func (p peerOrg) endpoint() string { return loopback(p.PeerPort) }

func (p peerOrg) nodeDir() string { return filepath.Join(p.Dir, "peers", "peer0."+p.Domain) }

func (p peerOrg) tls(file string) string { return filepath.Join(p.nodeDir(), "tls", file) }

func (p peerOrg) userDir(user string) string {
	return filepath.Join(p.Dir, "users", user+"@"+p.Domain, "msp")
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
