package chaincode_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
)

// msps are the organisations of the members of a market, by member.
func msps() map[string]string {
	return map[string]string{"oem": "OemMSP", "insurer": "InsurerMSP", "garage": "GarageMSP", "kba": "KbaMSP"}
}

// market is a network whose members have access keys, with a policy of an owner: the owner's key opens damage to any member for
// claims, the authority may always, the garage writes.
type market struct {
	*network
	policy access.Policy
}

func newMarket(t *testing.T) *market {
	t.Helper()
	n := newNetwork(t)
	for _, m := range []struct {
		id    string
		class model.Class
	}{{"oem", model.ClassMaker}, {"insurer", model.ClassInsurer}, {"garage", model.ClassGarage}, {"kba", model.ClassAuthority}} {
		n.invoke("OemMSP", "membership:RegisterMember", text(t, member(m.id, msps()[m.id], m.class)))
		k := access.Key{Member: m.id, Version: 1, Key: accesstest.New(m.id).Identity}
		n.submit(m.id, "RegisterAccessKey", k, accesstest.Owner(m.id))
	}
	owner := string(accesstest.New("owner").Identity)
	p := accesstest.Policy(t, "evolve * "+owner, "recover * 2 of (member:kba, member:oem)", "revoke * "+owner,
		"read:damage claim_assessment,underwriting (member:* & "+owner+") | member:kba", "write:damage * member:garage")
	n.submit("oem", "CreatePolicy", p)
	return &market{n, p}
}

// submit invokes what a member may.
func (n *network) submit(as, function string, r accesstest.Record, signers ...accesstest.Signer) string {
	n.t.Helper()
	return n.invoke(msps()[as], "access:"+function, accesstest.Text(n.t, r), accesstest.Sign(n.t, r, signers...).String())
}

// deny expects the refusal of what a member submits.
func (n *network) deny(reason model.Reason, as, function string, r accesstest.Record, signers ...accesstest.Signer) {
	n.t.Helper()
	n.refuse(reason, msps()[as], "access:"+function, accesstest.Text(n.t, r), accesstest.Sign(n.t, r, signers...).String())
}

// asking is a request as it is submitted.
type asking struct {
	request  access.ReadRequest
	signers  []accesstest.Signer
	consents []access.SignedConsent
	proof    []byte // nil for a valid one
}

// ask returns the insurer's request with the owner's signature, changed by edit.
func ask(t *testing.T, edit func(*asking)) asking {
	t.Helper()
	a := asking{request: accesstest.Request(t), signers: []accesstest.Signer{accesstest.Member("insurer"), accesstest.Owner("owner")}}
	edit(&a)
	return a
}

func asIs(*asking) {}

func (n *network) args(a asking) []string {
	n.t.Helper()
	if a.proof == nil {
		var err error
		if a.proof, err = possession.Prove(accesstest.Reader(n.t), accesstest.Digest(n.t, a.request)); err != nil {
			n.t.Fatal(err)
		}
	}
	texts := []string{}
	for _, c := range a.consents {
		texts = append(texts, c.String())
	}
	consents, err := json.Marshal(texts)
	if err != nil {
		n.t.Fatal(err)
	}
	return []string{
		"access:SubmitRequest", accesstest.Text(n.t, a.request), accesstest.Sign(n.t, a.request, a.signers...).String(), string(consents),
		base64.StdEncoding.EncodeToString(a.proof),
	}
}

// record submits a request and returns its id.
func (n *network) record(a asking) string {
	n.t.Helper()
	return n.invoke("OemMSP", n.args(a)...)
}

func (n *network) check(id string, at time.Time) string {
	n.t.Helper()
	return n.invoke("KbaMSP", "access:CheckRequest", id, millis(at))
}

func (n *network) refuseCheck(reason model.Reason, id string, at time.Time) {
	n.t.Helper()
	n.refuse(reason, "KbaMSP", "access:CheckRequest", id, millis(at))
}

func millis(at time.Time) string {
	encoded, _ := json.Marshal(at.UnixMilli())
	return string(encoded)
}

// wait moves the clocks of all.
func (n *network) wait(d time.Duration) {
	n.Now, n.Clock = n.Now.Add(d), n.Clock.Add(d)
}
