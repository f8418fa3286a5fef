package chaincode_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/notetest"
	"github.com/pcc-platform/pcc/chaincode/model"
)

const origin = "pcc.example/index"

// epochs returns a chain of count epochs in which one stream and the map grow.
func epochs(t *testing.T, start time.Time, count uint64) []model.EpochRecord {
	t.Helper()
	var chain []model.EpochRecord
	var previous model.Hash
	for i := uint64(1); i <= count; i++ {
		r := model.EpochRecord{
			Number: i, PreviousHash: previous, TimeUnixMilli: start.UnixMilli(), MapRoot: model.Hash{byte(i)}, MapKeys: i,
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

// submission returns the call that submits the last epoch of a chain, with the note of the chain that these cosign.
func (n *network) submission(chain []model.EpochRecord, cosigners ...notetest.Witness) []string {
	n.t.Helper()
	checkpoint := notetest.Checkpoint(n.t, origin, chain...)
	var lines []string
	for _, w := range cosigners {
		lines = append(lines, w.Cosign(checkpoint, n.Now))
	}
	return []string{"anchor:SubmitEpoch", text(n.t, chain[len(chain)-1]), notetest.Note(checkpoint, lines...)}
}

func TestEpochsAreAppendedByActiveMembers(t *testing.T) {
	n := newNetwork(t)
	chain := epochs(t, n.Now, 5)
	n.refuse(model.ReasonNotAMember, "OemMSP", n.submission(chain[:1])...)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:LatestEpoch")
	n.refuse(model.ReasonPreviousUnknown, "OemMSP", n.submission(chain[:2])...)

	for i, epoch := range chain {
		hash, _ := epoch.Hash()
		if got := n.invoke("OemMSP", n.submission(chain[:i+1])...); got != hash.String() {
			t.Errorf("answer %s, want the record hash %s", got, hash)
		}
		if got := n.invoke("OemMSP", "anchor:LatestEpoch"); got != text(t, epoch) {
			t.Errorf("latest epoch:\n%s\nwant\n%s", got, text(t, epoch))
		}
	}
	if got := n.invoke("OemMSP", "anchor:GetEpoch", "2"); got != text(t, chain[1]) {
		t.Errorf("epoch 2:\n%s", got)
	}
	if got := n.invoke("OemMSP", "anchor:GetEpochNote", "2"); got != n.submission(chain[:2])[2] {
		t.Errorf("note of epoch 2:\n%s", got)
	}
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:GetEpoch", "6")
	n.refuse(model.ReasonNotFound, "OemMSP", "anchor:GetEpochNote", "6")
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
	n.invoke("OemMSP", n.submission(chain[:1])...)
	n.invoke("OemMSP", n.submission(chain[:2])...)

	cases := map[model.Reason]func(*model.EpochRecord){
		model.ReasonEpochNotNext:     func(r *model.EpochRecord) { *r = chain[1] },
		model.ReasonPreviousMismatch: func(r *model.EpochRecord) { r.PreviousHash[0] ^= 1 },
		model.ReasonStreamShrank:     func(r *model.EpochRecord) { r.Streams[0].Size = 19 },
		model.ReasonStreamForked:     func(r *model.EpochRecord) { r.Streams[0].Size = 20 },
		model.ReasonStreamMissing:    func(r *model.EpochRecord) { r.Streams = nil },
		model.ReasonMapShrank:        func(r *model.EpochRecord) { r.MapKeys = 1 },
		model.ReasonMapForked:        func(r *model.EpochRecord) { r.MapRoot = chain[1].MapRoot },
		model.ReasonTimeReversed:     func(r *model.EpochRecord) { r.TimeUnixMilli-- },
		model.ReasonClockSkew:        func(r *model.EpochRecord) { r.TimeUnixMilli += model.MaxSkew.Milliseconds() + 1 },
	}
	for reason, spoil := range cases {
		t.Run(string(reason), func(t *testing.T) {
			spoiled := epochs(t, n.Now, 3)
			spoil(&spoiled[2])
			n.refuse(reason, "OemMSP", n.submission(spoiled)...)
		})
	}
	call := n.submission(chain)
	n.refuse(model.ReasonMalformed, "OemMSP", call[0], call[1]+"\n", call[2])
	n.invoke("OemMSP", call...)
}

// An epoch that waited for the ledger is accepted late, and one that nobody has to cosign not too late.
func TestEpochsWaitForTheLedger(t *testing.T) {
	n := newNetwork(t)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	chain := epochs(t, n.Now, 2)
	n.Now = n.Now.Add(model.MaxDelay)
	n.invoke("OemMSP", n.submission(chain[:1])...)
	n.Now = n.Now.Add(time.Second)
	n.refuse(model.ReasonTooLate, "OemMSP", n.submission(chain)...)
}

// A quorum that comes back after any time lets the chain go on.
func TestEpochsWaitForTheirQuorum(t *testing.T) {
	n := newNetwork(t)
	oem := n.witness(member("oem", "OemMSP", model.ClassMaker))
	chain := epochs(t, n.Now, 2)
	early := n.submission(chain[:1], oem) // cosigned when it was cut
	n.Now = n.Now.Add(12 * model.MaxDelay)
	n.invoke("OemMSP", early...)
	n.refuse(model.ReasonTooFewCosignatures, "OemMSP", n.submission(chain)...)
	n.invoke("OemMSP", n.submission(chain, oem)...)
}

func TestSuspendedMemberDoesNotAnchor(t *testing.T) {
	n := newNetwork(t)
	oem := member("oem", "OemMSP", model.ClassMaker)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, oem))
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("kba", "KbaMSP", model.ClassAuthority)))
	n.invoke("KbaMSP", "membership:ChangeMember", text(t, next(t, oem, suspend)))
	n.refuse(model.ReasonNotActive, "OemMSP", n.submission(epochs(t, n.Now, 1))...)
	n.invoke("KbaMSP", n.submission(epochs(t, n.Now, 1))...)
}

// A note must be of the log of exactly these records.
func TestNotesThatAreOfAnotherLog(t *testing.T) {
	n := newNetwork(t)
	chain := epochs(t, n.Now, 3)
	forked := epochs(t, n.Now.Add(time.Second), 3)
	n.invoke("OemMSP", "membership:RegisterMember", text(t, member("oem", "OemMSP", model.ClassMaker)))
	n.invoke("OemMSP", n.submission(chain[:1])...)
	n.invoke("OemMSP", n.submission(chain[:2])...)

	note := n.submission(chain)[2]
	cases := map[string]struct {
		note string
		want model.Reason
	}{
		"stale":          {n.submission(chain[:2])[2], model.ReasonIndexMismatch},
		"forked":         {n.submission(forked)[2], model.ReasonIndexMismatch},
		"another origin": {strings.Replace(note, origin, "pcc.example/other", 1), model.ReasonIndexMismatch},
		"another size":   {strings.Replace(note, "\n3\n", "\n4\n", 1), model.ReasonIndexMismatch},
		"empty":          {"", model.ReasonNoteMalformed},
		"garbage":        {"— — —", model.ReasonNoteMalformed},
		"unsigned":       {notetest.Checkpoint(t, origin, chain...) + "\n", model.ReasonNoteMalformed},
		"an extension":   {strings.Replace(note, "\n\n", "\nWVWZZZ1JZXW000001\n\n", 1), model.ReasonNoteMalformed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n.refuse(tc.want, "OemMSP", "anchor:SubmitEpoch", text(t, chain[2]), tc.note)
		})
	}
	n.invoke("OemMSP", "anchor:SubmitEpoch", text(t, chain[2]), note)
}
