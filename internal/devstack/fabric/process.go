package fabric

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// environment is what every process and command gets besides its own settings.
// PATH is for the external builder's shell.
func environment(settings ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, settings...)
}

func (o orderer) spec(cfg Config) proc.Spec {
	data := cfg.path("data", o.Name)
	return proc.Spec{
		Name: "fabric-" + o.Name, Path: cfg.bin("orderer"), Dir: cfg.Dir, Restart: true,
		Ready: listening(o.Port, o.AdminPort),
		Env: environment(
			"FABRIC_CFG_PATH="+cfg.path("config"),
			"FABRIC_LOGGING_SPEC=warn",
			"ORDERER_GENERAL_LISTENADDRESS=127.0.0.1",
			fmt.Sprintf("ORDERER_GENERAL_LISTENPORT=%d", o.Port),
			"ORDERER_GENERAL_LOCALMSPID="+o.MSPID,
			"ORDERER_GENERAL_LOCALMSPDIR="+filepath.Join(o.Dir, "msp"),
			"ORDERER_GENERAL_TLS_ENABLED=true",
			"ORDERER_GENERAL_TLS_CERTIFICATE="+o.tls("server.crt"),
			"ORDERER_GENERAL_TLS_PRIVATEKEY="+o.tls("server.key"),
			"ORDERER_GENERAL_TLS_ROOTCAS=["+o.tls("ca.crt")+"]",
			"ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE="+o.tls("server.crt"),
			"ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY="+o.tls("server.key"),
			"ORDERER_FILELEDGER_LOCATION="+data,
			"ORDERER_CONSENSUS_WALDIR="+filepath.Join(data, "wal"),
			"ORDERER_CONSENSUS_SNAPDIR="+filepath.Join(data, "snap"),
			"ORDERER_OPERATIONS_LISTENADDRESS=127.0.0.1:0",
			"ORDERER_ADMIN_LISTENADDRESS="+loopback(o.AdminPort),
			"ORDERER_ADMIN_TLS_ENABLED=true",
			"ORDERER_ADMIN_TLS_CERTIFICATE="+o.tls("server.crt"),
			"ORDERER_ADMIN_TLS_PRIVATEKEY="+o.tls("server.key"),
			"ORDERER_ADMIN_TLS_CLIENTAUTHREQUIRED=true",
			"ORDERER_ADMIN_TLS_CLIENTROOTCAS=["+o.tls("ca.crt")+"]",
		),
	}
}

func (p peerOrg) spec(cfg Config) proc.Spec {
	data, endpoint := cfg.path("data", "peer-"+p.Name), p.endpoint()
	return proc.Spec{
		Name: "fabric-peer-" + p.Name, Path: cfg.bin("peer"), Args: []string{"node", "start"}, Dir: cfg.Dir, Restart: true,
		Ready: listening(p.PeerPort),
		Env: environment(
			"FABRIC_CFG_PATH="+cfg.path("config"),
			"FABRIC_LOGGING_SPEC=warn",
			"CORE_PEER_ID=peer0."+p.Domain,
			"CORE_PEER_LOCALMSPID="+p.MSPID,
			"CORE_PEER_MSPCONFIGPATH="+filepath.Join(p.nodeDir(), "msp"),
			"CORE_PEER_LISTENADDRESS="+endpoint,
			"CORE_PEER_ADDRESS="+endpoint,
			// Chaincodes listen and the peer connects: the peer's own chaincode listener goes unused.
			"CORE_PEER_CHAINCODELISTENADDRESS=127.0.0.1:0",
			"CORE_PEER_GOSSIP_BOOTSTRAP="+endpoint,
			"CORE_PEER_GOSSIP_ENDPOINT="+endpoint,
			"CORE_PEER_GOSSIP_EXTERNALENDPOINT="+endpoint,
			// With the defaults of many seconds, peers that start together do not know each other for as long.
			"CORE_PEER_GOSSIP_RECONNECTINTERVAL=1s",
			"CORE_PEER_GOSSIP_PUBLISHSTATEINFOINTERVAL=1s",
			"CORE_PEER_GOSSIP_REQUESTSTATEINFOINTERVAL=1s",
			"CORE_PEER_DELIVERYCLIENT_RECONNECTBACKOFFTHRESHOLD=5s",
			"CORE_PEER_TLS_ENABLED=true",
			"CORE_PEER_TLS_CERT_FILE="+p.tls("server.crt"),
			"CORE_PEER_TLS_KEY_FILE="+p.tls("server.key"),
			"CORE_PEER_TLS_ROOTCERT_FILE="+p.tls("ca.crt"),
			"CORE_PEER_FILESYSTEMPATH="+data,
			"CORE_LEDGER_SNAPSHOTS_ROOTDIR="+filepath.Join(data, "snapshots"),
			"CORE_OPERATIONS_LISTENADDRESS=127.0.0.1:0",
			"CORE_VM_ENDPOINT=", // no Docker
			fmt.Sprintf("CORE_CHAINCODE_EXTERNALBUILDERS=[{name: ccaas, path: %q}]", cfg.path("builders", "ccaas")),
		),
	}
}

// chaincodeSpec starts the organisation's chaincode under the id its peer knows it by.
func (p peerOrg) chaincodeSpec(cfg Config, packageID string) proc.Spec {
	return proc.Spec{
		Name: "fabric-chaincode-" + p.Name, Path: cfg.Chaincode, Dir: cfg.Dir, Restart: true,
		Ready: listening(p.ChaincodePort),
		Env: environment(
			"CHAINCODE_SERVER_ADDRESS="+loopback(p.ChaincodePort),
			"CORE_CHAINCODE_ID_NAME="+packageID,
			"CORE_PEER_TLS_ENABLED=true",
			"CORE_TLS_CLIENT_CERT_FILE="+filepath.Join(p.LinkDir, "server.crt"),
			"CORE_TLS_CLIENT_KEY_FILE="+filepath.Join(p.LinkDir, "server.key"),
			"CORE_PEER_TLS_ROOTCERT_FILE="+filepath.Join(p.LinkDir, "ca.crt"),
		),
	}
}

// listening reports nil once all ports accept connections.
func listening(ports ...int) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, port := range ports {
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", loopback(port))
			if err != nil {
				return fmt.Errorf("not listening yet: %w", err)
			}
			if err := conn.Close(); err != nil {
				return fmt.Errorf("not listening yet: %w", err)
			}
		}
		return nil
	}
}
