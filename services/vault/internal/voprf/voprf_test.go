package voprf

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

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
	local, err := newLocalEvaluator(unhex(t, s.SkSm)[0])
	if err != nil {
		t.Fatal(err)
	}
	if public := unhex(t, s.PkSm)[0]; !bytes.Equal(local.PublicKey(), public) {
		t.Fatalf("public key %x, want %x", local.PublicKey(), public)
	}
	// The proof of a vector was made with a known nonce; ours is random. Both must be accepted, with the same output.
	published := canned{publicKey: local.PublicKey(), evaluated: unhex(t, v.EvaluationElement), proof: unhex(t, v.Proof.Proof)[0]}
	for _, evaluator := range []TagEvaluator{local, published} {
		client, err := NewClient(evaluator)
		if err != nil {
			t.Fatal(err)
		}
		blinding, request, err := client.oprf.DeterministicBlind(unhex(t, v.Input), scalars(t, unhex(t, v.Blind)))
		if err != nil {
			t.Fatal(err)
		}
		blinded, err := encodeElements(request.Elements)
		if err != nil {
			t.Fatal(err)
		}
		wantAll(t, "blinded element", blinded, unhex(t, v.BlindedElement))
		evaluated, _, err := evaluator.Evaluate(t.Context(), blinded)
		if err != nil {
			t.Fatal(err)
		}
		wantAll(t, "evaluated element", evaluated, unhex(t, v.EvaluationElement))
		outputs, _, err := client.finish(t.Context(), blinding, request)
		if err != nil {
			t.Fatal(err)
		}
		wantAll(t, "output", outputs, unhex(t, v.Output))
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
	shown := verify.TagProof{Blind: p.Blind, Evaluation: p.Evaluation, Proof: p.Proof}
	public, err := vintag.TagOf(vin.Reveal(), shown, p.Key)
	if err != nil || public != tag.Public() {
		t.Errorf("the proof shows another tag, %v", err)
	}
	if _, err := vintag.TagOf("0PC11111111111112", shown, p.Key); !errors.Is(err, vintag.ErrRefused) {
		t.Errorf("another VIN: %v", err)
	}
}

func TestWrongEvaluationsAreRefused(t *testing.T) {
	key, other := newTestEvaluator(t), newTestEvaluator(t)
	for name, tamper := range map[string]func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error){
		"another key": other.Evaluate,
		"an element exchanged": func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error) {
			e, p, err := key.Evaluate(ctx, blinded)
			e[0], e[1] = e[1], e[0]
			return e, p, err
		},
		"a bit of the proof": func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error) {
			e, p, err := key.Evaluate(ctx, blinded)
			p[3] ^= 1
			return e, p, err
		},
		"an element missing": func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error) {
			e, p, err := key.Evaluate(ctx, blinded)
			return e[:1], p, err
		},
		"the identity": func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error) {
			e, p, err := key.Evaluate(ctx, blinded)
			e[0] = make([]byte, 32)
			return e, p, err
		},
	} {
		client, err := NewClient(tampering{TagEvaluator: key, evaluate: tamper})
		if err != nil {
			t.Fatal(err)
		}
		vins := []vault.VIN{mustVIN(t, "0PC11111111111111"), mustVIN(t, "0PC11111111111112")}
		if _, err := client.Tags(t.Context(), vins); err == nil {
			t.Errorf("%s: accepted", name)
		}
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

// canned is an evaluator that gives one published answer.
type canned struct {
	publicKey []byte
	evaluated [][]byte
	proof     []byte
}

func (a canned) PublicKey() []byte { return a.publicKey }

func (a canned) Evaluate(context.Context, [][]byte) ([][]byte, []byte, error) {
	return a.evaluated, a.proof, nil
}

type tampering struct {
	TagEvaluator
	evaluate func(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error)
}

func (e tampering) Evaluate(ctx context.Context, blinded [][]byte) ([][]byte, []byte, error) {
	return e.evaluate(ctx, blinded)
}

func newTestEvaluator(t testing.TB) *LocalEvaluator {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tag.key")
	if err := CreateKey(path); err != nil {
		t.Fatal(err)
	}
	e, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func newTestClient(t testing.TB) *Client {
	t.Helper()
	client, err := NewClient(newTestEvaluator(t))
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

func scalars(t *testing.T, raw [][]byte) []oprf.Blind {
	t.Helper()
	out := make([]oprf.Blind, len(raw))
	for i, r := range raw {
		out[i] = group.Ristretto255.NewScalar()
		if err := out[i].UnmarshalBinary(r); err != nil {
			t.Fatal(err)
		}
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
