package chaincode_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/notetest"
	"github.com/pcc-platform/pcc/chaincode/model"
)

func suspend(r *model.MemberRecord)   { r.Status = model.StatusSuspended }
func reinstate(r *model.MemberRecord) { r.Status = model.StatusActive }

func key(w notetest.Witness) func(*model.MemberRecord) {
	return func(r *model.MemberRecord) { r.WitnessKey = w.Key.String() }
}

// witness registers a member, founding the directory if it is the first, which then sets its key.
func (n *network) witness(m model.MemberRecord) notetest.Witness {
	n.t.Helper()
	w := notetest.New(m.ID)
	n.invoke("OemMSP", "membership:RegisterMember", text(n.t, m))
	n.invoke(m.MSPID, "membership:ChangeMember", text(n.t, next(n.t, m, key(w))))
	return w
}

// latest returns the last version of a member.
func (n *network) latest(id string) model.MemberRecord {
	n.t.Helper()
	r, err := model.ParseMember([]byte(n.invoke("OemMSP", "membership:GetMember", id)))
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

// witnesses are three members that cosign, of which kba is an authority.
func (n *network) witnesses() (oem, garage, kba notetest.Witness) {
	n.t.Helper()
	oem = n.witness(member("oem", "OemMSP", model.ClassMaker))
	garage = n.witness(member("garage", "GarageMSP", model.ClassGarage))
	return oem, garage, n.witness(member("kba", "KbaMSP", model.ClassAuthority))
}

func TestEpochsNeedAMajorityOfWitnesses(t *testing.T) {
	n := newNetwork(t)
	chain := epochs(t, n.Now, 5)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	n.invoke("OemMSP", n.submission(chain[:1])...)

	oem := notetest.New("oem")
	n.invoke("OemMSP", "membership:ChangeMember", text(t, next(t, n.latest("oem"), key(oem))))
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain[:2])...)
	n.invoke("OemMSP", n.submission(chain[:2], oem)...)

	garage := n.witness(member("garage", "GarageMSP", model.ClassGarage))
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain[:3], oem)...)
	n.invoke("GarageMSP", n.submission(chain[:3], garage, oem)...)

	n.witness(member("kba", "KbaMSP", model.ClassAuthority))
	n.refuse(model.ReasonTooFewCosignatures, "KbaMSP", n.submission(chain[:4], oem)...)
	n.invoke("OemMSP", n.submission(chain[:4], oem, garage)...)

	// Who says to be no witness any more counts on neither side.
	n.invoke("GarageMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), func(r *model.MemberRecord) { r.WitnessKey = "" })))
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain, oem, garage)...)
	n.invoke("OemMSP", n.submission(chain, oem, notetest.New("kba"))...)
}

func TestCosignaturesThatDoNotCount(t *testing.T) {
	n := newNetwork(t)
	oem, garage, kba := n.witnesses()
	chain := epochs(t, n.Now, 1)
	checkpoint := notetest.Checkpoint(t, origin, chain...)
	at := func(w notetest.Witness, late time.Duration) string { return w.Cosign(checkpoint, n.Now.Add(late)) }
	valid := at(oem, 0)
	cases := map[string]struct {
		second string
		want   model.Reason
	}{
		"of nobody":             {at(notetest.New("insurer"), 0), model.ReasonTooFewCosignatures},
		"of the same member":    {at(oem, time.Second), model.ReasonTooFewCosignatures},
		"under a member's name": {at(notetest.Seeded("garage", "another"), 0), model.ReasonTooFewCosignatures},
		"before the record":     {at(garage, -model.MaxSkew-time.Second), model.ReasonTooFewCosignatures},
		"after the transaction": {at(garage, model.MaxSkew+time.Second), model.ReasonTooFewCosignatures},
		"of another log":        {garage.Cosign(notetest.Checkpoint(t, "pcc.example/other", chain...), n.Now), model.ReasonCosignatureInvalid},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n.refuse(tc.want, "OemMSP", "anchor:SubmitEpoch", text(t, chain[0]), notetest.Note(checkpoint, valid, tc.second))
		})
	}
	n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, chain[0]), notetest.Note(checkpoint, at(garage, -model.MaxSkew), at(kba, model.MaxSkew)))
}

func TestSuspendedMembersAreNoWitnesses(t *testing.T) {
	n := newNetwork(t)
	oem, garage, kba := n.witnesses()
	chain := epochs(t, n.Now, 2)
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), suspend)))
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain[:1], oem, garage)...)
	n.refuse(model.ReasonNotActive, "GarageMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), key(notetest.New("new")))))
	n.invoke("OemMSP", n.submission(chain[:1], oem, kba)...)

	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), reinstate)))
	n.invoke("OemMSP", n.submission(chain, oem, garage)...)
	n.invoke("GarageMSP", "membership:ChangeMember", text(t, next(t, n.latest("garage"), func(r *model.MemberRecord) { r.Status = model.StatusLeft })))
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(append(chain, follower(t, chain[1])), oem, garage)...)
}

// follower returns an epoch after prev in which nothing grew.
func follower(t *testing.T, prev model.EpochRecord) model.EpochRecord {
	t.Helper()
	hash, err := prev.Hash()
	if err != nil {
		t.Fatal(err)
	}
	r := prev
	r.Number, r.PreviousHash = prev.Number+1, hash
	return r
}

func TestWitnessKeysBelongToOneMember(t *testing.T) {
	n := newNetwork(t)
	n.witnesses()
	garage := n.latest("garage")
	stolen := func(w notetest.Witness) string {
		w.Key.Name = "garage/2" // the same public key under another name
		return text(t, next(t, garage, key(w)))
	}
	n.refuse(model.ReasonNotPermitted, "OemMSP", "membership:ChangeMember", text(t, next(t, garage, key(notetest.New("new")))))
	n.refuse(model.ReasonNotPermitted, "KbaMSP", "membership:ChangeMember", text(t, next(t, garage, key(notetest.New("new")))))
	n.refuse(model.ReasonWitnessKeyTaken, "GarageMSP", "membership:ChangeMember", stolen(notetest.New("oem")))

	renewed := next(t, n.latest("oem"), key(notetest.New("oem-2")))
	n.invoke("OemMSP", "membership:ChangeMember", text(t, renewed))
	n.refuse(model.ReasonWitnessKeyTaken, "GarageMSP", "membership:ChangeMember", stolen(notetest.New("oem")))
	n.invoke("OemMSP", "membership:ChangeMember", text(t, next(t, renewed, key(notetest.New("oem")))))

	chain := epochs(t, n.Now, 1)
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain, notetest.New("oem-2"), notetest.New("garage"))...)
	n.invoke("OemMSP", n.submission(chain, notetest.New("oem"), notetest.New("garage"))...)
}

func TestWitnessesAreBounded(t *testing.T) {
	n := newNetwork(t)
	n.witness(member("oem", "OemMSP", model.ClassMaker))
	for i := 1; i < model.MaxWitnesses; i++ {
		n.witness(member(fmt.Sprintf("m%03d", i), fmt.Sprintf("M%03d", i), model.ClassGarage))
	}
	late := member("late", "LateMSP", model.ClassGarage)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, late))
	n.refuse(model.ReasonWitnessesFull, "LateMSP", "membership:ChangeMember", text(t, next(t, late, key(notetest.New("late")))))
	n.invoke("OemMSP", "membership:ChangeMember", text(t, next(t, n.latest("oem"), key(notetest.New("another")))))
	n.invoke("M001", "membership:ChangeMember", text(t, next(t, n.latest("m001"), func(r *model.MemberRecord) { r.WitnessKey = "" })))
	n.invoke("LateMSP", "membership:ChangeMember", text(t, next(t, late, key(notetest.New("late")))))
}
