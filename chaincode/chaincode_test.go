package chaincode_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode"
	"github.com/pcc-platform/pcc/chaincode/internal/fakestub"
	"github.com/pcc-platform/pcc/chaincode/model"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// network is the whole chaincode over an in-memory ledger.
type network struct {
	*fakestub.Ledger
	t  *testing.T
	cc *contractapi.ContractChaincode
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	ledger, err := fakestub.New(time.UnixMilli(1_750_000_000_000))
	if err != nil {
		t.Fatal(err)
	}
	cc, err := chaincode.New(func() time.Time { return ledger.Clock })
	if err != nil {
		t.Fatal(err)
	}
	return &network{Ledger: ledger, t: t, cc: cc}
}

// invoke returns the answer of a call that must succeed.
func (n *network) invoke(mspID string, args ...string) string {
	n.t.Helper()
	response, err := n.Invoke(n.cc, mspID, args...)
	if err != nil || response.GetStatus() != 200 {
		n.t.Fatalf("%s: %v %v", args[0], response, err)
	}
	return string(response.GetPayload())
}

// refuse expects a message that starts with reason, and no write.
func (n *network) refuse(reason model.Reason, mspID string, args ...string) {
	n.t.Helper()
	keys := len(n.State)
	response, err := n.Invoke(n.cc, mspID, args...)
	if err != nil || response.GetStatus() != 500 || !strings.HasPrefix(response.GetMessage(), string(reason)+": ") {
		n.t.Errorf("%s: got %v %v, want %s", args[0], response, err, reason)
	}
	if len(n.State) != keys {
		n.t.Errorf("%s: a refused transaction wrote", args[0])
	}
}

func text(t *testing.T, r interface{ Canonical() ([]byte, error) }) string {
	t.Helper()
	canonical, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(canonical)
}

func TestServeRefusesToRunInTheClear(t *testing.T) {
	complete := map[string]string{
		"CHAINCODE_SERVER_ADDRESS": "127.0.0.1:0", "CORE_CHAINCODE_ID_NAME": "pcc:1", "CORE_PEER_TLS_ENABLED": "true",
		"CORE_TLS_CLIENT_CERT_FILE": "c", "CORE_TLS_CLIENT_KEY_FILE": "k", "CORE_PEER_TLS_ROOTCERT_FILE": "r",
	}
	for name := range complete {
		err := chaincode.Serve(func(asked string) string {
			if asked == name {
				return ""
			}
			return complete[asked]
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
