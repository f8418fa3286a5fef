package proof_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// The contract on the ledger computes the leaves of the log of epochs by itself; they must be those of this package.
func TestTheLedgerFramesAsJournalsDo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		record := model.EpochRecord{
			Number: 1, TimeUnixMilli: rapid.Int64Range(1, 1<<40).Draw(rt, "time"), MapRoot: model.Hash{1}, MapKeys: rapid.Uint64Min(1).Draw(rt, "keys"),
		}
		if rapid.Bool().Draw(rt, "with a stream") {
			record.Streams = []model.StreamCheckpoint{{Stream: rapid.StringMatching(`[a-z/-]{1,128}`).Draw(rt, "stream"), Size: 7}}
		}
		text, err := record.Canonical()
		if err != nil {
			rt.Fatal(err)
		}
		got, err := record.IndexLeaf()
		want := proof.EntryOf(proof.Key{}, proof.Frame(model.IndexLeafType, [proof.SaltBytes]byte{}, text)).Hash()
		if err != nil || proof.Hash(got) != want {
			rt.Fatalf("got %s, %v; want %x", got, err, want)
		}
	})
}
