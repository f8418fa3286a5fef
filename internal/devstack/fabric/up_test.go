package fabric_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/endorsement"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/fabric/fabrictest"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

// network is a stand with what these tests do on it.
type network struct {
	*fabrictest.Stand
	t *testing.T
}

func newNetwork(t *testing.T, topology fabric.Topology) *network {
	t.Helper()
	return &network{Stand: fabrictest.New(t, topology), t: t}
}

func TestNetworks(t *testing.T) {
	for _, topology := range []fabric.Topology{fabric.Raft1, fabric.BFT4} {
		t.Run(string(topology), func(t *testing.T) {
			n := newNetwork(t, topology)
			n.Up()
			n.admitMembers()
			chain := newChain(t)
			n.anchor(chain)
			n.enrolWitnesses(chain)
			n.refuseWitnesses(chain)
			for range 2 {
				n.anchor(chain)
			}
			n.refuse(chain)
			n.access()
			n.kill("fabric-orderer1") // the only one, or the leader of four
			n.anchor(chain)
			n.Stop()
			n.Up()
			n.anchor(chain)
			n.leaveWitness(chain)
			n.inspectBlocks()
		})
	}
}

// admitMembers founds the directory as the oem, which then registers the others.
func (n *network) admitMembers() {
	n.t.Helper()
	c := n.Client("oem")
	classes := []model.Class{model.ClassMaker, model.ClassInsurer, model.ClassGarage}
	for i, org := range n.Network.Orgs {
		record := model.MemberRecord{
			ID: org.Name, MSPID: org.MSPID, Class: classes[i], Status: model.StatusActive,
			CARootSHA256: certificateHash(n.t, org.MSPRootFile), Version: 1,
		}
		result, err := c.Submit(n.t.Context(), "membership:RegisterMember", canonical(n.t, record))
		if err != nil {
			n.t.Fatal(err)
		}
		if hash, _ := record.Hash(); string(result.Payload) != hash.String() {
			n.t.Errorf("answer %s, want the record hash %s", result.Payload, hash)
		}
	}
}

// anchor submits the next epoch as the insurer and checks all that the ledger says about it.
func (n *network) anchor(c *chain) {
	n.t.Helper()
	epoch := c.next()
	client := n.Client("insurer")
	call := c.submission(epoch, c.cosigners...)
	result, err := client.Submit(n.t.Context(), submitEpoch, call...)
	if err != nil {
		n.t.Fatal(err)
	}
	c.advance(epoch)
	n.checkEndorsements(epoch, result)
	n.record(epoch, result)

	height, err := client.ChainHeight(n.t.Context())
	if err != nil || result.BlockNumber >= height {
		n.t.Errorf("block %d of %d: %v", result.BlockNumber, height, err)
	}
	latest, err := client.Evaluate(n.t.Context(), "anchor:LatestEpoch")
	if err != nil || string(latest) != canonical(n.t, epoch) {
		n.t.Errorf("latest epoch: %v\n%s", err, latest)
	}
	note, err := client.Evaluate(n.t.Context(), "anchor:GetEpochNote", strconv.FormatUint(epoch.Number, 10))
	if err != nil || string(note) != call[1] {
		n.t.Errorf("note of epoch %d: %v\n%s", epoch.Number, err, note)
	}
	n.checkRecovery(client, result)
}

// checkEndorsements verifies each signature with nothing but the organisation's root.
func (n *network) checkEndorsements(epoch model.EpochRecord, result fabricgw.Result) {
	n.t.Helper()
	if len(result.EndorsingMSPs()) < 2 {
		n.t.Errorf("endorsed by %v, want at least two organisations", result.EndorsingMSPs())
	}
	hash, _ := epoch.Hash()
	for _, e := range result.Endorsements {
		payload, chaincode, err := endorsement.Verify(e.Signed, e.Signature, e.CertificatePEM, n.mspRoot(e.MSPID))
		if err != nil || string(payload) != hash.String() || chaincode != n.Network.Chaincode {
			n.t.Errorf("endorsement by %s: %q %q %v", e.MSPID, payload, chaincode, err)
		}
	}
}

// checkRecovery finds the transaction again as a client that lost the answer would.
func (n *network) checkRecovery(c *fabricgw.Client, want fabricgw.Result) {
	n.t.Helper()
	latest, err := c.Evaluate(n.t.Context(), "anchor:LatestEpoch")
	if err != nil {
		n.t.Fatal(err)
	}
	record, err := model.ParseEpoch(latest)
	if err != nil {
		n.t.Fatal(err)
	}
	txID, err := c.Evaluate(n.t.Context(), "anchor:EpochTransaction", strconv.FormatUint(record.Number, 10))
	if err != nil || string(txID) != want.TxID {
		n.t.Fatalf("transaction of the epoch is %s, want %s: %v", txID, want.TxID, err)
	}
	found, err := c.Transaction(n.t.Context(), want.TxID)
	if err != nil || found.BlockNumber != want.BlockNumber || len(found.Endorsements) != len(want.Endorsements) ||
		!bytes.Equal(found.Endorsements[0].Signed, want.Endorsements[0].Signed) {
		n.t.Errorf("found %+v, want %+v: %v", found, want, err)
	}
}

// refuse submits epochs that may not follow; the gateway's client names the rule.
func (n *network) refuse(c *chain) {
	n.t.Helper()
	cases := map[model.Reason]func(*model.EpochRecord){
		model.ReasonEpochNotNext:     func(r *model.EpochRecord) { *r = *c.last },
		model.ReasonPreviousMismatch: func(r *model.EpochRecord) { r.PreviousHash[0] ^= 1 },
		model.ReasonStreamShrank:     func(r *model.EpochRecord) { r.Streams[0].Size = 1 },
		model.ReasonClockSkew:        func(r *model.EpochRecord) { r.TimeUnixMilli += time.Hour.Milliseconds() },
	}
	client := n.Client("garage")
	for reason, spoil := range cases {
		epoch := c.next()
		spoil(&epoch)
		_, err := client.Submit(n.t.Context(), submitEpoch, c.submission(epoch, c.cosigners...)...)
		n.expect(err, reason)
	}
	// A record that smuggles a VIN is not a record: nothing of it may reach the ledger.
	call := c.submission(c.next(), c.cosigners...)
	_, err := client.Submit(n.t.Context(), submitEpoch, call[0]+plantedVIN+"\n", call[1])
	n.expect(err, model.ReasonMalformed)
	_, err = client.Submit(n.t.Context(), submitEpoch, call[0], strings.Replace(call[1], "\n\n", "\n"+plantedVIN+"\n\n", 1))
	n.expect(err, model.ReasonNoteMalformed)
	_, err = client.Submit(n.t.Context(), submitEpoch, c.submission(c.next(), "oem")...)
	n.expect(err, model.ReasonTooFewCosignatures)
	_, err = client.Submit(n.t.Context(), submitEpoch, call[0], c.submission(*c.last, c.cosigners...)[1])
	n.expect(err, model.ReasonIndexMismatch)
	if _, err := client.Transaction(n.t.Context(), "0000"); !errors.Is(err, fabricgw.ErrNotFound) {
		n.t.Errorf("unknown transaction: %v", err)
	}
}

const submitEpoch = "anchor:SubmitEpoch"

const plantedVIN = "WVWZZZ1JZXW386752"

// vinShape is 17 characters of the alphabet of VINs (no I, O, Q) with a digit and
// a letter, bounded by something else.
var vinShape = regexp.MustCompile(`(?:^|[^A-Za-z0-9+/=])([A-HJ-NPR-Z0-9]{17})(?:[^A-Za-z0-9+/=]|$)`)

// inspectBlocks reads every block of the channel as stored.
func (n *network) inspectBlocks() {
	n.t.Helper()
	c := n.Client("garage")
	height, err := c.ChainHeight(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	for number := range height {
		block, err := c.Block(n.t.Context(), number)
		if err != nil {
			n.t.Fatal(err)
		}
		if bytes.Contains(block, []byte(plantedVIN)) {
			n.t.Errorf("block %d holds the planted VIN", number)
		}
		if found := vinShape.FindSubmatch(block); found != nil {
			n.t.Errorf("block %d holds something like a VIN: %q", number, found[1])
		}
	}
	n.t.Logf("%d blocks hold nothing like a VIN", height)
}

func canonical(t *testing.T, r interface{ Canonical() ([]byte, error) }) string {
	t.Helper()
	text, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func certificateHash(t *testing.T, path string) model.Hash {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("no certificate in %s", path)
	}
	return sha256.Sum256(block.Bytes)
}
