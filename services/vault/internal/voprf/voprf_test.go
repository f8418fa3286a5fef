package voprf

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/oprf"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/threshold/thresholdtest"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/vintag"
)

// suiteVectors are the vectors of one suite and mode, in the form of the appendix of RFC 9497.
type suiteVectors struct {
	Identifier string
	Mode       oprf.Mode
	SkSm, PkSm string
	Vectors    []vector
}

// vector has comma-separated lists where the batch has more than one input.
type vector struct {
	Input, Blind, BlindedElement, EvaluationElement, Output string
	Proof                                                   struct{ Proof string }
}

func TestTheVectorsOfRFC9497(t *testing.T) {
	check := func(name string, raw []byte) {
		t.Run(name, func(t *testing.T) {
			var suites []suiteVectors
			if err := json.Unmarshal(raw, &suites); err != nil {
				t.Fatal(err)
			}
			checked := 0
			for _, s := range suites {
				if s.Identifier == "ristretto255-SHA512" && s.Mode == oprf.VerifiableMode {
					for _, v := range s.Vectors {
						checkVector(t, s, v)
						checked++
					}
				}
			}
			if checked == 0 {
				t.Error("no vector of our suite and mode")
			}
		})
	}
	raw, err := os.ReadFile("testdata/rfc9497.json")
	if err != nil {
		t.Fatal(err)
	}
	check("committed", raw)
	published := filepath.Join(os.Getenv("PCC_DATA_DIR"), "crypto_vectors", "rfc9497_voprf.json.gz")
	if _, err := os.Stat(published); err == nil {
		check("published", readGzip(t, published))
	}
}

func checkVector(t *testing.T, s suiteVectors, v vector) {
	t.Helper()
	local, err := newLocalKey(unhex(t, s.SkSm)[0])
	if err != nil {
		t.Fatal(err)
	}
	if public := local.Public(); !bytes.Equal(public[:], unhex(t, s.PkSm)[0]) {
		t.Fatalf("public key %x, want %s", public, s.PkSm)
	}
	client, err := NewClient(local)
	if err != nil {
		t.Fatal(err)
	}
	inputs, blinds := unhex(t, v.Input), unhex(t, v.Blind)
	blinded := make([]threshold.Element, len(inputs))
	for i := range inputs {
		if blinded[i], err = threshold.BlindBy(threshold.Scalar(blinds[i]), inputs[i]); err != nil {
			t.Fatal(err)
		}
	}
	wantAll(t, "blinded element", elements(blinded), unhex(t, v.BlindedElement))
	evaluated, err := client.evaluate(t.Context(), blinded)
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, "evaluated element", elements(evaluated), unhex(t, v.EvaluationElement))
	fresh, err := client.outputs(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range unhex(t, v.Output) {
		output, err := threshold.Finalize(inputs[i], threshold.Scalar(blinds[i]), evaluated[i])
		if err != nil || !bytes.Equal(output[:], want) || !bytes.Equal(fresh[i][:], want) {
			t.Errorf("output %x, with a fresh blind %x, want %x, %v", output, fresh[i], want, err)
		}
	}
	// The published proof is of the same key, question and answer.
	if len(inputs) == 1 {
		shown := threshold.Shown{VerificationKey: local.set.Verification[0], Evaluation: evaluated[0], Proof: threshold.Proof(unhex(t, v.Proof.Proof)[0])}
		if err := shown.Verify(blinded[0]); err != nil {
			t.Errorf("the proof of the RFC: %v", err)
		}
	}
}

func TestTagsAreStableAndDiffer(t *testing.T) {
	client := newTestClient(t)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111"), mustVIN(t, "0PC11111111111112"), mustVIN(t, "0pc11111111111111 ")}
	first, err := client.Tags(t.Context(), vins)
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.Tags(t.Context(), vins[:1])
	if err != nil {
		t.Fatal(err)
	}
	if first[0] != first[2] || first[0] != again[0] {
		t.Error("one VIN has two tags")
	}
	if first[0] == first[1] {
		t.Error("two VINs have one tag")
	}
}

// TestProofsOfTagsAreForThoseWhoHaveTheVIN reads a proof as a reader of a proof document does.
func TestProofsOfTagsAreForThoseWhoHaveTheVIN(t *testing.T) {
	client := newTestClient(t)
	vin := mustVIN(t, "0PC11111111111111")
	tag, p, err := client.Prove(t.Context(), vin)
	if err != nil {
		t.Fatal(err)
	}
	tags, err := client.Tags(t.Context(), []vault.VIN{vin})
	if err != nil || tags[0] != tag {
		t.Errorf("the tag proven is not the VIN's, %v", err)
	}
	shown := verify.TagProof{Blind: p.Blind}
	for _, part := range p.Parts {
		shown.Parts = append(shown.Parts, verify.TagPart{Index: part.Index, Key: part.Key, Evaluation: part.Evaluation, Proof: part.Proof})
	}
	public, err := vintag.TagOf(vin.Reveal(), shown, p.Key)
	if err != nil || public != tag.Public() {
		t.Errorf("the proof shows another tag, %v", err)
	}
	if _, err := vintag.TagOf("0PC11111111111112", shown, p.Key); !errors.Is(err, vintag.ErrRefused) {
		t.Errorf("another VIN: %v", err)
	}
}

// TestTagsStayWhenTheKeyIsSharedOut compares those of one holder with those of three of five, before and after a resharing.
func TestTagsStayWhenTheKeyIsSharedOut(t *testing.T) {
	local := newTestKey(t)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111"), mustVIN(t, "0PC11111111111112")}
	want := tagsOf(t, local, vins)
	for range 2 {
		set, shares := thresholdtest.Deal(t, local.share.Secret, 5, 3)
		shared := &council{set: set, shares: shares}
		if got := tagsOf(t, shared, vins); !slices.Equal(got, want) {
			t.Fatal("other tags")
		}
		client, err := NewClient(shared)
		if err != nil {
			t.Fatal(err)
		}
		tag, p, err := client.Prove(t.Context(), vins[0])
		if err != nil || tag != want[0] || len(p.Parts) != 3 {
			t.Fatalf("%d parts, %v", len(p.Parts), err)
		}
	}
}

// TestHoldersThatAnswerWronglyAreNamedAndPassedOver has two of five holders lie in each way.
func TestHoldersThatAnswerWronglyAreNamedAndPassedOver(t *testing.T) {
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, 5, 3)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111"), mustVIN(t, "0PC11111111111112")}
	want := tagsOf(t, &council{set: set, shares: shares}, vins)
	for name, lie := range map[string]func(p *threshold.Partial){
		"elements exchanged": func(p *threshold.Partial) { p.Elements[0], p.Elements[1] = p.Elements[1], p.Elements[0] },
		"a bit of the proof": func(p *threshold.Partial) { p.Proof[3] ^= 1 },
		"an element missing": func(p *threshold.Partial) { p.Elements = p.Elements[:1] },
		"the identity":       func(p *threshold.Partial) { p.Elements[0] = threshold.Element{} },
		"another holder's":   func(p *threshold.Partial) { p.Index = 3 },
		"nothing":            func(p *threshold.Partial) { *p = threshold.Partial{} },
	} {
		for range 4 {
			if got := tagsOf(t, &council{set: set, shares: shares, lie: lie, liars: []int{1, 4}}, vins); !slices.Equal(got, want) {
				t.Fatalf("%s: other tags", name)
			}
		}
		client, err := NewClient(&council{set: set, shares: shares, lie: lie, liars: []int{1, 4, 5}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Tags(t.Context(), vins); !errors.Is(err, ErrTooFewHolders) {
			t.Errorf("%s of three: %v", name, err)
		}
	}
}

func TestKeySetsOfAnotherKeyAreRefused(t *testing.T) {
	set, shares := thresholdtest.Deal(t, threshold.Scalar{}, 3, 2)
	other, _ := thresholdtest.Deal(t, threshold.Scalar{}, 3, 2)
	mixed := other
	mixed.Public = set.Public
	for name, shown := range map[string]threshold.KeySet{"another key": other, "shares of another key": mixed} {
		client, err := NewClient(&council{set: shown, public: set.Public, shares: shares})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Tags(t.Context(), []vault.VIN{mustVIN(t, "0PC11111111111111")}); !errors.Is(err, threshold.ErrKeySet) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAKeySharedAnewIsAskedForAgain has the client know the sharing before.
func TestAKeySharedAnewIsAskedForAgain(t *testing.T) {
	set, shares := thresholdtest.Deal(t, threshold.Scalar{9}, 3, 2)
	old, _ := thresholdtest.Deal(t, threshold.Scalar{9}, 3, 2)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111")}
	want := tagsOf(t, &council{set: set, shares: shares}, vins)
	if got := tagsOf(t, &council{set: set, remembered: &old, shares: shares}, vins); got[0] != want[0] {
		t.Error("another tag")
	}
}

func TestBatchesAreBounded(t *testing.T) {
	client := newTestClient(t)
	for _, n := range []int{0, vault.MaxBatch + 1} {
		if _, err := client.Tags(t.Context(), make([]vault.VIN, n)); err == nil {
			t.Errorf("a batch of %d is accepted", n)
		}
	}
}

func BenchmarkTags1000(b *testing.B) {
	client := newTestClient(b)
	vins := make([]vault.VIN, vault.MaxBatch)
	for i := range vins {
		vins[i] = mustVIN(b, "0PC1111111111"+string([]byte{'0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}))
	}
	for b.Loop() {
		if _, err := client.Tags(b.Context(), vins); err != nil {
			b.Fatal(err)
		}
	}
}

// council are holders in memory, of whom some may lie, and whose sharing may be remembered wrongly.
type council struct {
	set        threshold.KeySet
	public     threshold.Element
	remembered *threshold.KeySet
	shares     []threshold.Share
	liars      []int
	lie        func(*threshold.Partial)
}

func (c *council) Public() threshold.Element {
	if c.public != (threshold.Element{}) {
		return c.public
	}
	return c.set.Public
}

func (c *council) KeySet(_ context.Context, renewed bool) (threshold.KeySet, error) {
	if c.remembered != nil && !renewed {
		return *c.remembered, nil
	}
	return c.set, nil
}

func (c *council) Evaluate(_ context.Context, index int, blinded []threshold.Element) (threshold.Partial, error) {
	p, err := c.shares[index-1].Evaluate(rand.Reader, blinded, wire.TagContext())
	if slices.Contains(c.liars, index) {
		c.lie(&p)
	}
	return p, err
}

func (c *council) Show(_ context.Context, index int, blinded threshold.Element) (threshold.Shown, error) {
	return c.shares[index-1].Show(rand.Reader, blinded)
}

func tagsOf(t *testing.T, h Holders, vins []vault.VIN) []vault.Tag {
	t.Helper()
	client, err := NewClient(h)
	if err != nil {
		t.Fatal(err)
	}
	tags, err := client.Tags(t.Context(), vins)
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

func newTestKey(t testing.TB) *LocalKey {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tag.key")
	if err := CreateKey(path); err != nil {
		t.Fatal(err)
	}
	k, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func elements(all []threshold.Element) (out [][]byte) {
	for _, e := range all {
		out = append(out, e[:])
	}
	return out
}

func newTestClient(t testing.TB) *Client {
	t.Helper()
	client, err := NewClient(newTestKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func mustVIN(t testing.TB, raw string) vault.VIN {
	t.Helper()
	v, err := vault.ParseVIN(raw)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func unhex(t *testing.T, list string) [][]byte {
	t.Helper()
	var out [][]byte
	for s := range strings.SplitSeq(list, ",") {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func wantAll(t *testing.T, what string, got, want [][]byte) {
	t.Helper()
	if !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) || len(got) != len(want) {
		t.Errorf("%s %x, want %x", what, got, want)
	}
}

func readGzip(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
