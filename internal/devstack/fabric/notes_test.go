package fabric_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const origin = "pcc.example/index"

// chain makes epochs that follow each other, and the notes of their log.
type chain struct {
	t         *testing.T
	last      *model.EpochRecord
	index     proof.List
	log       *checkpoint.LogSigner
	witnesses map[string]*checkpoint.Cosigner // by member
	cosigners []string                        // members whose witnesses cosign every epoch
}

func newChain(t *testing.T) *chain {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, origin); err != nil {
		t.Fatal(err)
	}
	log, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{t: t, log: log, witnesses: map[string]*checkpoint.Cosigner{}}
	for _, member := range []string{"oem", "insurer", "garage"} {
		c.witnesses[member] = witnesstest.NewCosigner(t, member+".example/witness")
	}
	return c
}

func (c *chain) next() model.EpochRecord {
	r := model.EpochRecord{
		Number: 1, TimeUnixMilli: time.Now().UnixMilli(), MapRoot: model.Hash{1}, MapKeys: 1,
		Streams: []model.StreamCheckpoint{{Stream: "ingest/oem", Size: 5, Root: model.Hash{1}}},
	}
	if c.last != nil {
		hash, err := c.last.Hash()
		if err != nil {
			c.t.Fatal(err)
		}
		r.Number, r.PreviousHash = c.last.Number+1, hash
		r.Streams[0].Size, r.Streams[0].Root = c.last.Streams[0].Size+5, model.Hash{byte(r.Number)}
	}
	return r
}

// extended is the index log with a record at its end.
func (c *chain) extended(r model.EpochRecord) proof.List {
	c.t.Helper()
	leaf, err := r.IndexLeaf()
	if err != nil {
		c.t.Fatal(err)
	}
	index, err := c.index.Append(proof.Hash(leaf))
	if err != nil {
		c.t.Fatal(err)
	}
	return index
}

// submission returns the call that submits a record, cosigned by witnesses of these members.
func (c *chain) submission(r model.EpochRecord, cosigners ...string) []string {
	c.t.Helper()
	head := c.extended(r).Head()
	signed, err := c.log.Sign(checkpoint.Checkpoint{Origin: origin, Size: head.Count, Root: head.Root})
	if err != nil {
		c.t.Fatal(err)
	}
	note := string(signed)
	text, _, _ := strings.Cut(note, "\n\n")
	for _, member := range cosigners {
		cosignature, err := c.witnesses[member].Cosign(text+"\n", time.Now())
		if err != nil {
			c.t.Fatal(err)
		}
		note += cosignature.Line
	}
	return []string{canonical(c.t, r), note}
}

// advance takes a record that the ledger has accepted as the last one.
func (c *chain) advance(r model.EpochRecord) {
	c.t.Helper()
	c.index, c.last = c.extended(r), &r
}
