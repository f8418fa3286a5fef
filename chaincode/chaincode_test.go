package chaincode_test

import (
	"encoding/json"
	"fmt"
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
	cc, err := chaincode.New()
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := fakestub.New(time.UnixMilli(1_750_000_000_000))
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

func member(id, mspID string, class model.Class) model.MemberRecord {
	return model.MemberRecord{ID: id, MSPID: mspID, Class: class, Status: model.StatusActive, CARootSHA256: model.Hash{1}, Version: 1}
}

func next(t *testing.T, prev model.MemberRecord, edit func(*model.MemberRecord)) model.MemberRecord {
	t.Helper()
	hash, err := prev.Hash()
	if err != nil {
		t.Fatal(err)
	}
	r := prev
	r.Version, r.PreviousHash = prev.Version+1, hash
	edit(&r)
	return r
}

func TestDirectoryIsFoundedByItsFirstMember(t *testing.T) {
	n := newNetwork(t)
	oem, insurer := member("oem", "OemMSP", model.ClassMaker), member("insurer", "InsurerMSP", model.ClassInsurer)

	n.refuse(model.ReasonNotPermitted, "InsurerMSP", "membership:RegisterMember", text(t, oem))
	hash, _ := oem.Hash()
	if got := n.invoke("OemMSP", "membership:RegisterMember", text(t, oem)); got != hash.String() {
		t.Errorf("answer %s, want the record hash %s", got, hash)
	}
	n.refuse(model.ReasonNotAMember, "InsurerMSP", "membership:RegisterMember", text(t, insurer))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, insurer))

	n.refuse(model.ReasonMemberExists, "OemMSP", "membership:RegisterMember", text(t, insurer))
	n.refuse(model.ReasonMSPTaken, "OemMSP", "membership:RegisterMember", text(t, member("other", "InsurerMSP", model.ClassInsurer)))
	n.refuse(model.ReasonMalformed, "OemMSP", "membership:RegisterMember", "oem")
	if want := []string{"member-changed oem 1", "member-changed insurer 1"}; fmt.Sprint(n.Events) != fmt.Sprint(want) {
		t.Errorf("events %v, want %v", n.Events, want)
	}
}

func TestMemberVersionsFollowEachOther(t *testing.T) {
	n := newNetwork(t)
	oem, kba := member("oem", "OemMSP", model.ClassMaker), member("kba", "KbaMSP", model.ClassAuthority)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, oem))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, kba))

	suspended := next(t, oem, func(r *model.MemberRecord) { r.Status = model.StatusSuspended })
	n.refuse(model.ReasonNotPermitted, "OemMSP", "membership:ChangeMember", text(t, suspended))
	n.refuse(model.ReasonNotAMember, "GarageMSP", "membership:ChangeMember", text(t, suspended))
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, suspended))
	n.refuse(model.ReasonVersionNotNext, "KbaMSP", "membership:ChangeMember", text(t, suspended))

	n.refuse(model.ReasonNotActive, "OemMSP", "membership:RegisterMember", text(t, member("garage", "GarageMSP", model.ClassGarage)))
	n.refuse(model.ReasonNotFound, "KbaMSP", "membership:ChangeMember", text(t, next(t, member("garage", "GarageMSP", model.ClassGarage), func(*model.MemberRecord) {})))
	if got := n.invoke("OemMSP", "membership:GetMember", "oem"); got != text(t, suspended) {
		t.Errorf("latest version:\n%s\nwant\n%s", got, text(t, suspended))
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "membership:GetMember", "garage")
}

func TestListMembersPages(t *testing.T) {
	n := newNetwork(t)
	founder := member("m000", "M000", model.ClassMaker)
	n.invoke("M000", "membership:RegisterMember", text(t, founder))
	for i := 1; i < 150; i++ {
		n.invoke("M000", "membership:RegisterMember", text(t, member(fmt.Sprintf("m%03d", i), fmt.Sprintf("M%03d", i), model.ClassGarage)))
	}
	rotated := next(t, founder, func(r *model.MemberRecord) { r.CARootSHA256 = model.Hash{2} })
	n.invoke("M000", "membership:ChangeMember", text(t, rotated))

	var first, second []string
	decode(t, n.invoke("M000", "membership:ListMembers", ""), &first)
	decode(t, n.invoke("M000", "membership:ListMembers", "m099"), &second)
	if len(first) != 100 || len(second) != 50 || first[0] != text(t, rotated) {
		t.Fatalf("pages of %d and %d, first:\n%s", len(first), len(second), first[0])
	}
	if r, err := model.ParseMember([]byte(second[0])); err != nil || r.ID != "m100" {
		t.Errorf("second page starts with %s, %v", r.ID, err)
	}
}

func decode(t *testing.T, answer string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(answer), into); err != nil {
		t.Fatal(err)
	}
}

// epochs returns a chain of count epochs in which one stream grows.
func epochs(t *testing.T, start time.Time, count uint64) []model.EpochRecord {
	t.Helper()
	var chain []model.EpochRecord
	var previous model.Hash
	for i := uint64(1); i <= count; i++ {
		r := model.EpochRecord{
			Number: i, PreviousHash: previous, TimeUnixMilli: start.UnixMilli(),
			Streams: []model.StreamCheckpoint{{Stream: "ingest/oem", Size: 10 * i, Root: model.Hash{byte(i)}}},
		}
		var err error
		if previous, err = r.Hash(); err != nil {
			t.Fatal(err)
		}
		chain = append(chain, r)
	}
	return chain
}

func TestEpochsAreAppendedByActiveMembers(t *testing.T) {
	n := newNetwork(t)
	chain := epochs(t, n.Now, 5)
	n.refuse(model.ReasonNotAMember, "OemMSP", "anchor:SubmitEpoch", text(t, chain[0]))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:LatestEpoch")
	n.refuse(model.ReasonPreviousUnknown, "OemMSP", "anchor:SubmitEpoch", text(t, chain[1]))

	for _, epoch := range chain {
		hash, _ := epoch.Hash()
		if got := n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, epoch)); got != hash.String() {
			t.Errorf("answer %s, want the record hash %s", got, hash)
		}
		if got := n.invoke("OemMSP", "anchor:LatestEpoch"); got != text(t, epoch) {
			t.Errorf("latest epoch:\n%s\nwant\n%s", got, text(t, epoch))
		}
	}
	if got := n.invoke("OemMSP", "anchor:GetEpoch", "2"); got != text(t, chain[1]) {
		t.Errorf("epoch 2:\n%s", got)
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:GetEpoch", "6")
	// Refused and reading transactions are counted too: registration is the second, epoch 1 the fifth.
	if got := n.invoke("OemMSP", "anchor:EpochTransaction", "1"); got != "tx5" {
		t.Errorf("transaction of epoch 1 is %s", got)
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:EpochTransaction", "6")
}

func TestEpochsThatMayNotFollow(t *testing.T) {
	n := newNetwork(t)
	chain := epochs(t, n.Now, 3)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, chain[0]))
	n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, chain[1]))

	cases := map[model.Reason]func(*model.EpochRecord){
		model.ReasonEpochNotNext:     func(r *model.EpochRecord) { *r = chain[1] },
		model.ReasonPreviousMismatch: func(r *model.EpochRecord) { r.PreviousHash[0] ^= 1 },
		model.ReasonStreamShrank:     func(r *model.EpochRecord) { r.Streams[0].Size = 19 },
		model.ReasonStreamForked:     func(r *model.EpochRecord) { r.Streams[0].Size = 20 },
		model.ReasonStreamMissing:    func(r *model.EpochRecord) { r.Streams = nil },
		model.ReasonTimeReversed:     func(r *model.EpochRecord) { r.TimeUnixMilli-- },
		model.ReasonClockSkew:        func(r *model.EpochRecord) { r.TimeUnixMilli += model.MaxSkew.Milliseconds() + 1 },
	}
	for reason, spoil := range cases {
		t.Run(string(reason), func(t *testing.T) {
			r := epochs(t, n.Now, 3)[2]
			spoil(&r)
			n.refuse(reason, "OemMSP", "anchor:SubmitEpoch", text(t, r))
		})
	}
	n.refuse(model.ReasonMalformed, "OemMSP", "anchor:SubmitEpoch", text(t, chain[2])+"\n")
	n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, chain[2]))
}

func TestSuspendedMemberDoesNotAnchor(t *testing.T) {
	n := newNetwork(t)
	oem := member("oem", "OemMSP", model.ClassMaker)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, oem))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("kba", "KbaMSP", model.ClassAuthority)))
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, oem, func(r *model.MemberRecord) { r.Status = model.StatusSuspended })))
	n.refuse(model.ReasonNotActive, "OemMSP", "anchor:SubmitEpoch", text(t, epochs(t, n.Now, 1)[0]))
	n.invoke("KbaMSP", "anchor:SubmitEpoch", text(t, epochs(t, n.Now, 1)[0]))
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
