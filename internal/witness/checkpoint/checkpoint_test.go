package checkpoint_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const root = "f+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0="

func TestParseReadsWhatTextWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := checkpoint.Checkpoint{
			Origin:    rapid.StringMatching(`[ -~é]{1,40}`).Draw(t, "origin"),
			Size:      rapid.Uint64Max(proof.MaxSize).Draw(t, "size"),
			Root:      proof.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "root")),
			Extension: rapid.SliceOfN(rapid.StringMatching(`[ -~]{1,20}`), 0, 3).Draw(t, "extension"),
		}
		text, err := want.Text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := checkpoint.Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":            "",
		"two lines":          "log\n5\n",
		"no last newline":    "log\n5\n" + root,
		"empty origin":       "\n5\n" + root + "\n",
		"empty extension":    "log\n5\n" + root + "\n\n",
		"leading zero":       "log\n05\n" + root + "\n",
		"sign":               "log\n+5\n" + root + "\n",
		"too many leaves":    "log\n281474976710657\n" + root + "\n",
		"short root":         "log\n5\nf+7C\n",
		"root without pad":   "log\n5\n" + strings.TrimSuffix(root, "=") + "\n",
		"root with rest":     "log\n5\n" + strings.Replace(root, "P0=", "P1=", 1) + "\n",
		"carriage returns":   "log\r\n5\r\n" + root + "\r\n",
		"root in hex, upper": "log\n5\n" + strings.Repeat("AB", 32) + "\n",
	} {
		if c, err := checkpoint.Parse(text); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

func TestALineHasNoNewline(t *testing.T) {
	for _, c := range []checkpoint.Checkpoint{
		{Origin: "log\n7"},
		{Origin: "log", Extension: []string{"one\ntwo"}},
		{Origin: "log", Extension: []string{""}},
		{Origin: ""},
	} {
		if text, err := c.Text(); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%q, %v", text, err)
		}
	}
}

// TestAnotherImplementation holds cosignatures to those of another implementation, byte by byte; see testdata.
func TestAnotherImplementation(t *testing.T) {
	signed, err := os.ReadFile("testdata/cosigned.txt")
	if err != nil {
		t.Fatal(err)
	}
	seed := make([]byte, 33)
	seed[0] = 4
	for i := range 32 {
		seed[i+1] = byte(i)
	}
	cosigner, err := checkpoint.NewCosigner("PRIVATE+KEY+witness.example/w1+e75f6532+" + base64.StdEncoding.EncodeToString(seed))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := cosigner.Verifier().Open(signed)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(signed), "\n\n")
	ours, err := cosigner.Cosign(text+"\n", theirs.Time)
	if err != nil || ours != theirs {
		t.Errorf("%+v, %v, theirs %+v", ours, err, theirs)
	}
}

func TestOpenKeepsOnlyTheLogsSignatures(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(3, "")
	signed := log.Checkpoint(3)
	witness := witnesstest.NewCosigner(t, "witness.example")
	text, _, _ := strings.Cut(string(signed), "\n\n")
	cosignature, err := witness.Cosign(text+"\n", time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := log.Known().Open(append(bytes.Clone(signed), cosignature.Line...))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(opened.Note, signed) || opened.Size != 3 || opened.Root != log.Root(3) {
		t.Errorf("opened as %+v", opened)
	}
}

func TestOpenRefuses(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(3, "")
	signed := log.Checkpoint(3)
	otherOrigin, err := checkpoint.NewLog("other.example", log.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		log  checkpoint.Log
		note []byte
		want error
	}{
		"another text":   {log.Known(), bytes.Replace(signed, []byte("\n3\n"), []byte("\n4\n"), 1), checkpoint.ErrSignature},
		"bits left over": {log.Known(), leftoverBits(signed), checkpoint.ErrMalformed},
		"another key":    {witnesstest.NewLog(t, "log.example").Known(), signed, checkpoint.ErrSignature},
		"another origin": {otherOrigin, signed, checkpoint.ErrMalformed},
		"no note":        {log.Known(), []byte("log.example\n3\n"), checkpoint.ErrMalformed},
		"too long":       {log.Known(), bytes.Repeat([]byte("x"), checkpoint.MaxNoteBytes+1), checkpoint.ErrMalformed},
	} {
		if _, err := c.log.Open(c.note); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestALogNeedsAnOriginAndDifferentKeys(t *testing.T) {
	key := witnesstest.NewLog(t, "log.example").VerifierKey()
	for name, c := range map[string][]string{
		"no origin": {"", key}, "two lines": {"a\nb", key}, "no key": {"a"}, "a witness's key": {"a", witnesstest.NewCosigner(t, "w").Verifier().String()},
		"one key twice": {"a", key, key},
	} {
		if _, err := checkpoint.NewLog(c[0], c[1:]...); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// leftoverBits writes the signature at the end of a note in another way: 68 bytes leave two bits of base64 unused.
func leftoverBits(signed []byte) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	out := bytes.Clone(signed)
	at := len(out) - len("x=\n")
	out[at] = alphabet[strings.IndexByte(alphabet, out[at])+1]
	return out
}
