package prooftest

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/verify"
)

// VIN is that of the passport shown. Its tag is the true one under the world's tag key; those of other passports' vehicles
// are made up.
const VIN = "0PC11111111111111"

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

// TagProofOf shows that a VIN's tag is its, under the world's tag key, of which two of three holders have shown it.
func TagProofOf(t testing.TB, vin string) *verify.TagProof {
	t.Helper()
	blind := marshal(t, scalar("blind "+vin))
	asked, err := threshold.BlindBy(threshold.Scalar(blind), eventlist.TagInput(vin))
	if err != nil {
		t.Fatal(err)
	}
	p := &verify.TagProof{Blind: blind}
	for _, index := range []int{1, 3} {
		s, err := tagShare(t, index).Show(rand.NewChaCha8([32]byte(seed("nonce "+vin))), asked)
		if err != nil {
			t.Fatal(err)
		}
		p.Parts = append(p.Parts, verify.TagPart{Index: s.Index, Key: s.Key[:], Evaluation: s.Evaluation[:], Proof: s.Proof[:]})
	}
	return p
}

// tagShare is the value at an index of a line that is the tag key at 0.
func tagShare(t testing.TB, index int) threshold.Share {
	t.Helper()
	k, value := group.Ristretto255.NewScalar(), group.Ristretto255.NewScalar().SetUint64(uint64(index)) //nolint:gosec // small
	unmarshal(t, k, tagKey(t))
	value.Mul(value, scalar("slope of the tag key"))
	return threshold.Share{Index: index, Secret: threshold.Scalar(marshal(t, value.Add(value, k)))}
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
