package checkpoint_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// The ledger has a reader of its own for what this package writes, because its contract carries no module that it can do
// without. The two must never disagree.

func TestTheLedgerReadsWitnessKeys(t *testing.T) {
	for _, name := range []string{"oem.example/witness", "a", strings.Repeat("z", model.MaxKeyNameBytes)} {
		verifier := witnesstest.NewCosigner(t, name).Verifier()
		key, err := model.ParseWitnessKey(verifier.String())
		if err != nil || key.Name != name || key.ID() != verifier.KeyHash() || key.String() != verifier.String() {
			t.Errorf("%s: %+v, %v", verifier, key, err)
		}
	}
	log := witnesstest.NewLog(t, "log.example")
	if _, err := model.ParseWitnessKey(log.VerifierKey()); model.ReasonOf(err) != model.ReasonMalformed {
		t.Errorf("the key of a log: %v", err)
	}
}

// A note in which each key signs once passes the ledger's quorum exactly if it passes the policy of a reader who asks for as
// many of the same witnesses. Of more lines of one key, readers look at the first alone, the ledger at all.
func TestTheLedgerCountsAsPoliciesDo(t *testing.T) {
	const maxWitnesses = 6
	log := witnesstest.NewLog(t, "log.example/index").Grow(9, "")
	var all []*checkpoint.Cosigner
	for i := range maxWitnesses + 2 { // two more than anybody knows of
		all = append(all, witnesstest.NewCosigner(t, fmt.Sprintf("w%d.example", i)))
	}
	rapid.Check(t, func(rt *rapid.T) {
		known := all[:rapid.IntRange(1, maxWitnesses).Draw(rt, "known")]
		signed := log.Checkpoint(rapid.Uint64Range(1, log.Size()).Draw(rt, "size"))
		text, _, _ := strings.Cut(string(signed), "\n\n")
		other, _, _ := strings.Cut(string(log.Checkpoint(log.Size())), "\n\n")
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 0, len(all), rapid.ID).Draw(rt, "cosigners") {
			of := rapid.SampledFrom([]string{text, text, text, text, other}).Draw(rt, "of")
			c, err := all[i].Cosign(of+"\n", time.Unix(rapid.Int64Range(1000, 2000).Draw(rt, "time"), 0))
			if err != nil {
				rt.Fatal(err)
			}
			signed = append(signed, c.Line...)
		}

		var keys []string
		var witnesses []model.WitnessKey
		for _, w := range known {
			key, err := model.ParseWitnessKey(w.Verifier().String())
			if err != nil {
				rt.Fatal(err)
			}
			keys, witnesses = append(keys, w.Verifier().String()), append(witnesses, key)
		}
		policy, err := checkpoint.NewPolicy(log.Known(), model.Quorum(len(known)), keys...)
		if err != nil {
			rt.Fatal(err)
		}
		note, err := model.ParseNote(signed)
		if err != nil {
			rt.Fatal(err)
		}
		_, _, wanted := policy.Verify(signed)
		got := note.VerifyQuorum(witnesses, time.Unix(1000, 0), time.Unix(2000, 0))
		if (got == nil) != (wanted == nil) {
			rt.Fatalf("the ledger says %v, the policy %v\n%s", got, wanted, signed)
		}
	})
}

// A note that the ledger reads is one that readers read, with the same checkpoint, whatever was done to it.
func TestTheLedgerReadsNothingThatReadersDoNot(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example/index").Grow(5, "")
	whole := cosign(t, log.Checkpoint(5), witnesstest.NewCosigner(t, "w.example"))
	rng := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 20_000 {
		changed := append([]byte(nil), whole...)
		for range 1 + rng.IntN(2) {
			changed[rng.IntN(len(changed))] = whole[rng.IntN(len(whole))]
		}
		n, err := model.ParseNote(changed)
		if err != nil {
			continue
		}
		read++
		if c, err := checkpoint.Unverified(changed); err != nil || c.Origin != n.Origin || c.Size != n.Size || c.Root != checkpoint.Hash(n.Root) {
			t.Fatalf("the ledger reads %+v, readers %+v, %v\n%s", n, c, err, changed)
		}
	}
	if read == 0 {
		t.Error("no changed note was read: nothing was compared")
	}
}
