package model_test

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/internal/notetest"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// chain is a log of records, with the leaves that its roots are to be of.
type chain struct {
	t      *testing.T
	leaves []model.Hash
	index  model.Index
}

func record(number uint64) model.EpochRecord {
	r := model.EpochRecord{Number: number, TimeUnixMilli: 1, MapRoot: model.EmptyMapRoot()}
	if number > 1 {
		r.PreviousHash = model.Hash{1}
	}
	return r
}

func note(t *testing.T, origin string, size uint64, root model.Hash) model.Note {
	t.Helper()
	n, err := model.ParseNote([]byte(notetest.Note(notetest.Text(origin, size, root))))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// next returns the next record and the honest note of it.
func (c *chain) next() (model.EpochRecord, model.Note) {
	c.t.Helper()
	r := record(uint64(len(c.leaves)) + 1)
	leaf, err := r.IndexLeaf()
	if err != nil {
		c.t.Fatal(err)
	}
	c.leaves = append(c.leaves, leaf)
	return r, note(c.t, origin, r.Number, notetest.Root(c.leaves...))
}

func (c *chain) grow() {
	c.t.Helper()
	r, n := c.next()
	var err error
	if c.index, err = c.index.Append(r, n); err != nil {
		c.t.Fatal(err)
	}
}

// At every size the state survives its encoding, and gives the root that the definition gives.
func TestIndexRoots(t *testing.T) {
	c := &chain{t: t}
	if c.index.Root() != sha256.Sum256(nil) {
		t.Error("root of the empty log")
	}
	for range 70 {
		c.grow()
		text, err := c.index.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := model.ParseIndex(text)
		if err != nil || parsed.Size != uint64(len(c.leaves)) || parsed.Origin != origin || parsed.Root() != notetest.Root(c.leaves...) {
			t.Fatalf("after %d epochs: %+v, %v\n%s", len(c.leaves), parsed, err, text)
		}
		c.index = parsed
	}
}

func TestIndexRefuses(t *testing.T) {
	c := &chain{t: t}
	for range 5 {
		c.grow()
	}
	honest, n := c.next()
	forked := record(6)
	forked.TimeUnixMilli = 2
	cases := map[string]struct {
		record model.EpochRecord
		note   model.Note
	}{
		"another origin":        {honest, note(t, "pcc.example/other", n.Size, n.Root)},
		"an earlier checkpoint": {honest, note(t, origin, 5, notetest.Root(c.leaves[:5]...))},
		"a later size":          {honest, note(t, origin, 7, n.Root)},
		"another root":          {honest, note(t, origin, n.Size, model.Hash{1})},
		"another record":        {forked, n},
		"a record too late":     {record(7), note(t, origin, 7, n.Root)},
		"a record again":        {record(5), n},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := c.index.Append(tc.record, tc.note); model.ReasonOf(err) != model.ReasonIndexMismatch {
				t.Errorf("got %v, want %s", err, model.ReasonIndexMismatch)
			}
		})
	}
	malformed := honest
	malformed.TimeUnixMilli = 0
	if _, err := c.index.Append(malformed, n); model.ReasonOf(err) != model.ReasonMalformed {
		t.Errorf("a malformed record: %v", err)
	}
	if _, err := c.index.Append(honest, n); err != nil {
		t.Errorf("after all of these: %v", err)
	}
}

func TestEmptyIndexHasNoText(t *testing.T) {
	if _, err := (model.Index{}).Canonical(); model.ReasonOf(err) != model.ReasonMalformed {
		t.Error(err)
	}
}

func TestParseIndexRefusesOtherForms(t *testing.T) {
	c := &chain{t: t}
	for range 3 {
		c.grow()
	}
	canonical, err := c.index.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	text := string(canonical)
	cases := map[string]string{
		"empty":              "",
		"a subtree too few":  strings.Replace(text, "\n3\n", "\n7\n", 1),
		"a subtree too many": strings.Replace(text, "\n3\n", "\n2\n", 1),
		"no epochs":          "pcc-index/v1\n" + origin + "\n0\n",
		"leading zero":       strings.Replace(text, "\n3\n", "\n03\n", 1),
		"origin in capitals": strings.Replace(text, origin, "PCC", 1),
		"longer than bound":  text + strings.Repeat("x", model.MaxIndexBytes),
	}
	for name, other := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := model.ParseIndex([]byte(other)); model.ReasonOf(err) != model.ReasonMalformed {
				t.Errorf("got %v, want %s", err, model.ReasonMalformed)
			}
		})
	}
	largest := "pcc-index/v1\n" + strings.Repeat("a", model.MaxKeyNameBytes) + "\n18446744073709551615\n" +
		strings.Repeat(strings.Repeat("A", 43)+"=\n", 64)
	if x, err := model.ParseIndex([]byte(largest)); err != nil || x.Size != 1<<64-1 {
		t.Errorf("the largest index: %v", err)
	}
}

func FuzzParseIndex(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		x, err := model.ParseIndex(text)
		if err != nil {
			if model.ReasonOf(err) != model.ReasonMalformed {
				t.Fatalf("unexpected reason: %v", err)
			}
			return
		}
		if again, err := x.Canonical(); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("accepted a second form:\n%q\n%q\n%v", text, again, err)
		}
	})
}
