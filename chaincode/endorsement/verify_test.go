package endorsement_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/endorsement"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// recording is a transaction that a Fabric network of this repository endorsed,
// committed and gave out; see internal/devstack/fabric/record_test.go.
type recording struct {
	Epoch        string `json:"epoch"`
	Endorsements []struct {
		MSPID       string `json:"msp_id"`
		Signed      []byte `json:"signed"`
		Signature   []byte `json:"signature"`
		Certificate string `json:"certificate"`
		Root        string `json:"root"`
	} `json:"endorsements"`
}

func load(t *testing.T) recording {
	t.Helper()
	text, err := os.ReadFile("testdata/epoch.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Endorsements) < 2 {
		t.Fatalf("recording has %d endorsements", len(r.Endorsements))
	}
	return r
}

func TestRecordedTransaction(t *testing.T) {
	r := load(t)
	epoch, err := model.ParseEpoch([]byte(r.Epoch))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := epoch.Hash()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Endorsements {
		payload, chaincode, err := endorsement.Verify(e.Signed, e.Signature, []byte(e.Certificate), []byte(e.Root))
		if err != nil || string(payload) != hash.String() || chaincode != "pcc" {
			t.Errorf("%s: %q by %q, %v; want the record hash %s", e.MSPID, payload, chaincode, err, hash)
		}
	}
}

// No single changed byte of what a peer signed, nor of its signature, passes.
func TestEveryChangedByteIsRefused(t *testing.T) {
	e := load(t).Endorsements[0]
	for i := range e.Signed {
		changed := bytes.Clone(e.Signed)
		changed[i] ^= 0x20
		if _, _, err := endorsement.Verify(changed, e.Signature, []byte(e.Certificate), []byte(e.Root)); err == nil {
			t.Errorf("byte %d of the signed bytes may change", i)
		}
	}
	for i := range e.Signature {
		changed := bytes.Clone(e.Signature)
		changed[i] ^= 1
		if _, _, err := endorsement.Verify(e.Signed, changed, []byte(e.Certificate), []byte(e.Root)); !errors.Is(err, endorsement.ErrSignature) {
			t.Errorf("byte %d of the signature may change: %v", i, err)
		}
	}
}

func TestMixedUpPartsAreRefused(t *testing.T) {
	r := load(t)
	a, b := r.Endorsements[0], r.Endorsements[1]
	cases := map[string]struct {
		signed, signature []byte
		cert, roots       string
		want              error
	}{
		"other peer's signature":      {a.Signed, b.Signature, a.Certificate, a.Root, endorsement.ErrSignature},
		"other peer's certificate":    {a.Signed, b.Signature, b.Certificate, b.Root, endorsement.ErrUntrusted},
		"other organisation's root":   {a.Signed, a.Signature, a.Certificate, b.Root, endorsement.ErrUntrusted},
		"no roots":                    {a.Signed, a.Signature, a.Certificate, "", endorsement.ErrUntrusted},
		"the CA's own certificate":    {a.Signed, a.Signature, a.Root, a.Root, endorsement.ErrUntrusted},
		"the certificate as its root": {a.Signed, a.Signature, a.Certificate, a.Certificate, endorsement.ErrUntrusted},
		"no certificate":              {a.Signed, a.Signature, "", a.Root, endorsement.ErrMalformed},
		"two certificates":            {a.Signed, a.Signature, a.Certificate + b.Certificate, a.Root, endorsement.ErrMalformed},
		"no signature":                {a.Signed, nil, a.Certificate, a.Root, endorsement.ErrSignature},
		"nothing signed":              {nil, a.Signature, a.Certificate, a.Root, endorsement.ErrMalformed},
		"truncated":                   {a.Signed[:len(a.Signed)-1], a.Signature, a.Certificate, a.Root, endorsement.ErrMalformed},
		"prefixed":                    {append([]byte{0x0a, 0}, a.Signed...), a.Signature, a.Certificate, a.Root, endorsement.ErrMalformed},
		"followed by more":            {append(bytes.Clone(a.Signed), 0x12, 0), a.Signature, a.Certificate, a.Root, endorsement.ErrMalformed},
		"too long":                    {make([]byte, endorsement.MaxSignedBytes+1), a.Signature, a.Certificate, a.Root, endorsement.ErrMalformed},
		"too long a trust list":       {a.Signed, a.Signature, a.Certificate, string(make([]byte, endorsement.MaxRootsBytes+1)), endorsement.ErrMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			payload, _, err := endorsement.Verify(c.signed, c.signature, []byte(c.cert), []byte(c.roots))
			if !errors.Is(err, c.want) || payload != nil {
				t.Errorf("got %q, %v; want %v", payload, err, c.want)
			}
		})
	}
}
