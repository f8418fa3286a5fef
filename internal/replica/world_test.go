package replica_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/replica"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// platform has streams of three members and epochs of them, with a witness.
type platform struct {
	t        *testing.T
	signer   *checkpoint.LogSigner
	cosigner *checkpoint.Cosigner

	leaves map[string][]replica.Leaf // by stream
	epochs []replica.Epoch
	state  epoch.State
	lists  map[headproof.Key]headproof.List
	last   *model.EpochRecord
	fail   error // of the next reading of entries
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	_, err := checkpoint.CreateLogKey(path, "test.example/index")
	must(t, err)
	signer, err := checkpoint.ReadLogKey(path)
	must(t, err)
	return &platform{
		t: t, signer: signer, cosigner: witnesstest.NewCosigner(t, "witness.example"), leaves: map[string][]replica.Leaf{},
		state: epoch.Start(), lists: map[headproof.Key]headproof.List{},
	}
}

func (p *platform) policy() checkpoint.Policy {
	log, err := checkpoint.NewLog(p.signer.Name(), p.signer.VerifierKey())
	must(p.t, err)
	policy, err := checkpoint.NewPolicy(log, 1, p.cosigner.Verifier().String())
	must(p.t, err)
	return policy
}

// journal appends n leaves to a stream, in one of four lists or none.
func (p *platform) journal(stream string, n int) {
	for range n {
		number := len(p.leaves[stream])
		frame := proof.Frame("test.Leaf", [proof.SaltBytes]byte{byte(number)}, fmt.Append(nil, stream, number))
		var key proof.Key
		if list := number % 5; list > 0 {
			key = sha256.Sum256([]byte{byte(list)})
		}
		p.leaves[stream] = append(p.leaves[stream], replica.Leaf{Key: key[:], Leaf: frame})
	}
}

func (p *platform) entries(stream string) (entries []proof.Entry) {
	for _, l := range p.leaves[stream] {
		entries = append(entries, proof.EntryOf(proof.Key(l.Key), l.Leaf))
	}
	return entries
}

// cut makes an epoch of what was journaled since the last.
func (p *platform) cut() {
	p.t.Helper()
	b := epoch.Begin(p.state, func(_ context.Context, keys []headproof.Key) (lists []headproof.List, _ error) {
		for _, k := range keys {
			lists = append(lists, p.lists[k])
		}
		return lists, nil
	})
	for _, stream := range slices.Sorted(maps.Keys(p.leaves)) {
		must(p.t, b.Add(p.t.Context(), stream, p.entries(stream)[p.state.Size(stream):]))
	}
	change, err := b.Finish()
	must(p.t, err)
	for _, l := range change.Lists {
		p.lists[l.Key] = l.List
	}
	content := change.Next.Content()
	record := model.EpochRecord{
		Number: p.state.Number() + 1, TimeUnixMilli: time.Now().UnixMilli(),
		MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys, Streams: content.Streams,
	}
	if p.last != nil {
		record.PreviousHash, err = p.last.Hash()
		must(p.t, err)
	}
	p.last = &record
	leaf, err := record.IndexLeaf()
	must(p.t, err)
	p.state, err = change.Next.WithRecord(headproof.Hash(leaf))
	must(p.t, err)
	text, err := record.Canonical()
	must(p.t, err)
	p.epochs = append(p.epochs, replica.Epoch{Number: record.Number, Record: string(text), Note: p.note()})
}

// note is the cosigned checkpoint of the index.
func (p *platform) note() string {
	index := p.state.Index.Head()
	c := checkpoint.Checkpoint{Origin: p.signer.Name(), Size: index.Count, Root: index.Root}
	signed, err := p.signer.Sign(c)
	must(p.t, err)
	text, err := c.Text()
	must(p.t, err)
	cosignature, err := p.cosigner.Cosign(text, time.Now())
	must(p.t, err)
	return string(signed) + cosignature.Line
}

// Epoch implements replica.Source.
func (p *platform) Epoch(_ context.Context, number uint64) (replica.Epoch, bool, error) {
	if number > uint64(len(p.epochs)) {
		return replica.Epoch{}, false, nil
	}
	return p.epochs[number-1], true, nil
}

// Entries implements replica.Source.
func (p *platform) Entries(_ context.Context, part epoch.Range) iter.Seq2[[]proof.Entry, error] {
	return func(yield func([]proof.Entry, error) bool) {
		if p.fail != nil {
			yield(nil, p.fail)
			p.fail = nil
			return
		}
		for _, e := range p.entries(part.Stream)[part.First:part.End] {
			if !yield([]proof.Entry{e}, nil) {
				return
			}
		}
	}
}

// Leaves implements replica.Source.
func (p *platform) Leaves(_ context.Context, first uint64) iter.Seq2[[]replica.Leaf, error] {
	return func(yield func([]replica.Leaf, error) bool) {
		for chunk := range slices.Chunk(p.leaves["ingest/oem"][first:], 3) {
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var errAway = errors.New("the platform is away")

// lyingAboutLeaves shows the member another leaf than the one that it journaled.
type lyingAboutLeaves struct {
	*platform
	other []byte
}

// Leaves implements replica.Source.
func (p *lyingAboutLeaves) Leaves(context.Context, uint64) iter.Seq2[[]replica.Leaf, error] {
	return func(yield func([]replica.Leaf, error) bool) {
		leaves := slices.Clone(p.leaves["ingest/oem"])
		leaves[5].Leaf = p.other
		yield(leaves, nil)
	}
}
