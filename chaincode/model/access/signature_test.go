package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// accessKey gives each member the key with its name.
func accessKey(member string) (access.Identity, error) {
	if member == "nobody" {
		return "", model.Errorf(model.ReasonAccessKeyUnknown, "none")
	}
	return accesstest.New(member).Identity, nil
}

func TestSignaturesSatisfy(t *testing.T) {
	r := accesstest.Request(t)
	digest := accesstest.Digest(t, r)
	signed := accesstest.Sign(t, r, accesstest.Member("insurer"), accesstest.Owner("owner"))
	parsed, err := access.ParseSignatures(signed.String())
	if err != nil {
		t.Fatal(err)
	}
	have, err := parsed.Satisfied(digest, accessKey)
	if err != nil || len(have) != 2 || !have.Has("member:insurer") || !have.Has(accesstest.New("owner").Identity) || !have.Has(access.AnyMember) {
		t.Errorf("got %v, %v", have, err)
	}
	if have.Has("member:oem") || (access.Identities{accesstest.New("owner").Identity}).Has(access.AnyMember) {
		t.Error("somebody who did not sign")
	}
	impostor := accesstest.Sign(t, r, accesstest.Signer{As: "member:insurer", Key: accesstest.New("garage")})
	other := r
	other.Nonce[0] = 1
	for name, tc := range map[string]struct {
		signatures access.Signatures
		want       model.Reason
	}{
		"of another member":    {impostor, model.ReasonSignatureInvalid},
		"beside a valid one":   {append(accesstest.Sign(t, r, accesstest.Member("garage")), impostor...), model.ReasonSignatureInvalid},
		"of another request":   {accesstest.Sign(t, other, accesstest.Member("insurer")), model.ReasonSignatureInvalid},
		"too short":            {access.Signatures{{Identity: "member:insurer", Bytes: make([]byte, 63)}}, model.ReasonSignatureInvalid},
		"of who has no key":    {accesstest.Sign(t, r, accesstest.Member("nobody")), model.ReasonAccessKeyUnknown},
		"none, so nobody's":    {nil, ""},
		"of an organisation's": {access.Signatures{{Identity: "msp:A", Bytes: make([]byte, 64)}}, model.ReasonSignatureInvalid},
	} {
		if have, err := tc.signatures.Satisfied(digest, accessKey); model.ReasonOf(err) != tc.want || len(have) != 0 {
			t.Errorf("%s: got %v, %v; want %q", name, have, err, tc.want)
		}
	}
}

func TestSignaturesThatAreNone(t *testing.T) {
	r := accesstest.Request(t)
	line := accesstest.Sign(t, r, accesstest.Member("b")).String()
	var many strings.Builder
	for c := byte('a'); c < 'a'+access.MaxSignatures+1; c++ {
		many.WriteString(accesstest.Sign(t, r, accesstest.Member(string(c))).String())
	}
	for _, text := range []string{
		"\n", line + line, line + accesstest.Sign(t, r, accesstest.Member("a")).String(), strings.TrimSuffix(line, "\n"), strings.Replace(line, " ", "  ", 1),
		strings.Replace(line, "member:b", "member:*", 1), strings.Replace(line, "member:b", "msp:b", 1), strings.Replace(line, "=\n", "=\r\n", 1),
		"member:b !\n", many.String(), strings.Repeat("x", access.MaxSignaturesBytes+1),
	} {
		if _, err := access.ParseSignatures(text); model.ReasonOf(err) != model.ReasonMalformed {
			t.Errorf("%q: got %v", text, err)
		}
	}
	if all, err := access.ParseSignatures(""); err != nil || len(all) != 0 {
		t.Errorf("none: %v, %v", all, err)
	}
}

func TestP256Keys(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	digest := model.Hash{1, 2, 3}
	r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	key := access.P256Key(point)
	if !key.Valid() || !key.Verify(digest, signature) {
		t.Error("does not verify")
	}
	if key.Verify(model.Hash{}, signature) || key.Verify(digest, signature[:63]) || key.Verify(digest, make([]byte, 64)) {
		t.Error("verifies what is no signature")
	}
	point[64] ^= 1
	if access.P256Key(point).Valid() {
		t.Error("a point off the curve is a key")
	}
}
