package fabric_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// record makes TestNetworks write the last epoch and its endorsements to a file:
// the real transaction that the tests of chaincode/endorsement start from. An
// absolute path; run with -run TestNetworks/raft1.
var record = flag.String("record", "", "write the last endorsed epoch to this file")

type recording struct {
	Epoch        string                `json:"epoch"` // canonical text
	Endorsements []recordedEndorsement `json:"endorsements"`
}

type recordedEndorsement struct {
	MSPID       string `json:"msp_id"`
	Signed      []byte `json:"signed"`
	Signature   []byte `json:"signature"`
	Certificate string `json:"certificate"` // PEM
	Root        string `json:"root"`        // PEM
}

func (n *network) record(epoch model.EpochRecord, result fabricgw.Result) {
	n.t.Helper()
	if *record == "" {
		return
	}
	r := recording{Epoch: canonical(n.t, epoch)}
	for _, e := range result.Endorsements {
		r.Endorsements = append(r.Endorsements, recordedEndorsement{
			MSPID: e.MSPID, Signed: e.Signed, Signature: e.Signature,
			Certificate: string(e.CertificatePEM), Root: string(n.mspRoot(e.MSPID)),
		})
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(*record, append(text, '\n'), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

func (n *network) mspRoot(mspID string) []byte {
	n.t.Helper()
	i := slices.IndexFunc(n.Network.Orgs, func(o fabric.Org) bool { return o.MSPID == mspID })
	if i < 0 {
		n.t.Fatalf("no organisation with MSP %s", mspID)
	}
	root, err := os.ReadFile(n.Network.Orgs[i].MSPRootFile)
	if err != nil {
		n.t.Fatal(err)
	}
	return root
}
