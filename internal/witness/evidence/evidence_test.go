package evidence_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/bits"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

func open(t *testing.T, log *witnesstest.Log, size uint64) checkpoint.Signed {
	t.Helper()
	signed, err := log.Known().Open(log.Checkpoint(size))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestTwoRootsOfOneSizeConvinceAThirdParty(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(7, "")
	fork := log.Fork(3).Grow(7, "fork")
	doc, err := evidence.OfSameSize(log.Known(), open(t, log, 7), open(t, fork, 7))
	if err != nil {
		t.Fatal(err)
	}
	reversed, err := evidence.OfSameSize(log.Known(), open(t, fork, 7), open(t, log, 7))
	if err != nil || !bytes.Equal(doc, reversed) {
		t.Errorf("two witnesses name the same finding differently: %v", err)
	}
	found, err := evidence.Verify(doc, log.Known())
	if err != nil || found.Kind != evidence.SameSize || found.First.Root == found.Second.Root {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := evidence.OfSameSize(log.Known(), open(t, log, 7), open(t, log, 7)); !errors.Is(err, evidence.ErrRefused) {
		t.Errorf("one checkpoint twice: %v", err)
	}
	if _, err := evidence.OfSameSize(log.Known(), open(t, log, 7), open(t, log, 6)); !errors.Is(err, evidence.ErrRefused) {
		t.Errorf("two sizes: %v", err)
	}
}

func TestAnotherBeginningConvincesAThirdParty(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(7, "")
	fork := log.Fork(3).Grow(40, "fork")
	for _, size := range []uint64{4, 5, 6, 7} {
		doc, err := evidence.OfPrefix(log.Known(), open(t, log, size), open(t, fork, 40), fork.Root(size), fork.Proof(size, 40))
		if err != nil {
			t.Fatal(err)
		}
		if found, err := evidence.Verify(doc, log.Known()); err != nil || found.Kind != evidence.Prefix || found.First.Size != size {
			t.Errorf("%d: %+v, %v", size, found, err)
		}
	}
}

// TestAnHonestLogCannotBeAccused tries every pair of checkpoints of one tree with its own proof, with those of a fork that
// the log never signed, and with wrong ones.
func TestAnHonestLogCannotBeAccused(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(20, "")
	fork := log.Fork(2).Grow(20, "fork")
	known := log.Known()
	for to := uint64(2); to <= 20; to++ {
		larger := open(t, log, to)
		for from := uint64(1); from < to; from++ {
			smaller := open(t, log, from)
			right := log.Proof(from, to)
			for name, path := range map[string][]proof.Hash{
				"right": right, "forked": fork.Proof(from, to), "none": nil, "short": right[1:], "long": append(right, right[0]),
			} {
				for _, root := range []proof.Hash{log.Root(from), fork.Root(from), {}} {
					if _, err := evidence.OfPrefix(known, smaller, larger, root, path); !errors.Is(err, evidence.ErrRefused) {
						t.Fatalf("%d to %d, %s proof: %v", from, to, name, err)
					}
				}
			}
		}
	}
}

func TestPrefixRootIsTheOneOfTheProof(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(70, "")
	for to := uint64(1); to <= 70; to++ {
		for from := uint64(0); from <= to; from++ {
			path := log.Proof(from, to)
			root, ok := evidence.PrefixRoot(path, from, to, log.Root(to))
			shown := from > 0 && from < to && bits.OnesCount64(from) > 1
			if ok != shown || shown && root != log.Root(from) {
				t.Fatalf("%d to %d: %t, %x", from, to, ok, root)
			}
			if !shown {
				continue
			}
			for i := range path {
				path[i][0] ^= 1
				if root, ok := evidence.PrefixRoot(path, from, to, log.Root(to)); ok {
					t.Fatalf("%d to %d with another hash %d: %x", from, to, i, root)
				}
				path[i][0] ^= 1
			}
			if _, ok := evidence.PrefixRoot(path[:len(path)-1], from, to, log.Root(to)); ok {
				t.Fatalf("%d to %d with a shorter proof", from, to)
			}
			if _, ok := evidence.PrefixRoot(append(path, proof.Hash{}), from, to, log.Root(to)); ok {
				t.Fatalf("%d to %d with a longer proof", from, to)
			}
		}
	}
}

func TestVerifyRefusesEveryOtherDocument(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(7, "")
	fork := log.Fork(3).Grow(11, "fork")
	doc, err := evidence.OfPrefix(log.Known(), open(t, log, 7), open(t, fork, 11), fork.Root(7), fork.Proof(7, 11))
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, doc); err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"nothing":        "",
		"compact":        compact.String(),
		"second newline": string(doc) + "\n",
		"a member more":  strings.Replace(string(doc), `"kind"`, `"more": 1,`+"\n"+`  "kind"`, 1),
		"other format":   strings.Replace(string(doc), evidence.Format, "pcc-equivocation/v2", 1),
		"other kind":     strings.Replace(string(doc), `"prefix"`, `"same-size"`, 1),
		"other origin":   strings.Replace(string(doc), `"origin": "log.example"`, `"origin": "log.exampl"`, 1),
		"too long":       string(doc) + strings.Repeat(" ", evidence.MaxBytes),
	} {
		if changed == string(doc) {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, err := evidence.Verify([]byte(changed), log.Known()); !errors.Is(err, evidence.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := witnesstest.NewLog(t, "log.example").Known()
	if _, err := evidence.Verify(doc, stranger); !errors.Is(err, evidence.ErrRefused) {
		t.Errorf("with the key of another log: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(doc)
		changed[rapid.IntRange(0, len(doc)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if _, err := evidence.Verify(changed, log.Known()); !errors.Is(err, evidence.ErrRefused) {
			t.Fatalf("accepted: %s", changed)
		}
	})
}

// TestCommittedDocuments holds the format still: what was written once stays readable, and is written the same.
func TestCommittedDocuments(t *testing.T) {
	key, err := os.ReadFile("testdata/log.vkey")
	if err != nil {
		t.Fatal(err)
	}
	log, err := checkpoint.NewLog("log.example", strings.TrimSpace(string(key)))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []evidence.Kind{evidence.SameSize, evidence.Prefix} {
		doc, err := os.ReadFile("testdata/" + string(kind) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		found, err := evidence.Verify(doc, log)
		if err != nil || found.Kind != kind {
			t.Fatalf("%+v, %v", found, err)
		}
		if kind != evidence.SameSize {
			continue
		}
		if again, err := evidence.OfSameSize(log, found.First, found.Second); err != nil || !bytes.Equal(again, doc) {
			t.Errorf("written again as %s, %v", again, err)
		}
	}
}
