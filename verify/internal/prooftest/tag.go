package prooftest

import (
	"crypto"
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/verify"
)

// VIN is that of the passport shown. Its tag is the true one under the world's tag key; those of other passports' vehicles
// are made up.
const VIN = "0PC11111111111111"

// voprfContext separates the proofs of the VOPRF of RFC 9497 from those of other modes and suites.
const voprfContext = "OPRFV1-\x01-ristretto255-SHA512"

// TagOf is the tag of a passport's vehicle.
func TagOf(t testing.TB, passport string) eventlist.Tag {
	t.Helper()
	if passport != Subject {
		return sha256.Sum256([]byte(passport))
	}
	server := oprf.NewVerifiableServer(oprf.SuiteRistretto255, tagKey(t))
	output, err := server.FullEvaluate(eventlist.TagInput(VIN))
	if err != nil {
		t.Fatal(err)
	}
	return eventlist.TagOf([64]byte(output))
}

// TagProofOf shows that a VIN's tag is its, under the world's tag key.
func TagProofOf(t testing.TB, vin string) *verify.TagProof {
	t.Helper()
	key, blind := tagKey(t), scalar("blind "+vin)
	client := oprf.NewVerifiableClient(oprf.SuiteRistretto255, key.Public())
	_, asked, err := client.DeterministicBlind([][]byte{eventlist.TagInput(vin)}, []oprf.Blind{blind})
	if err != nil {
		t.Fatal(err)
	}
	k, public := group.Ristretto255.NewScalar(), group.Ristretto255.NewElement()
	unmarshal(t, k, key)
	unmarshal(t, public, key.Public())
	answer := group.Ristretto255.NewElement().Mul(asked.Elements[0], k)
	prover := dleq.Prover{Params: dleq.Params{G: group.Ristretto255, H: crypto.SHA512, DST: []byte(voprfContext)}}
	p, err := prover.ProveBatchWithRandomnessRFC9497(k, public, asked.Elements, []group.Element{answer}, scalar("nonce "+vin))
	if err != nil {
		t.Fatal(err)
	}
	return &verify.TagProof{Blind: marshal(t, blind), Evaluation: marshal(t, answer), Proof: marshal(t, p)}
}

func tagKey(t testing.TB) *oprf.PrivateKey {
	t.Helper()
	key, err := oprf.DeriveKey(oprf.SuiteRistretto255, oprf.VerifiableMode, seed("tag key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func scalar(name string) group.Scalar {
	return group.Ristretto255.HashToScalar(seed(name), []byte("pcc prooftest"))
}

type binary interface{ MarshalBinary() ([]byte, error) }

func marshal(t testing.TB, value binary) []byte {
	t.Helper()
	raw, err := value.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func unmarshal(t testing.TB, into interface{ UnmarshalBinary([]byte) error }, from binary) {
	t.Helper()
	if err := into.UnmarshalBinary(marshal(t, from)); err != nil {
		t.Fatal(err)
	}
}
