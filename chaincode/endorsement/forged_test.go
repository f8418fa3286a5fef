package endorsement_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/endorsement"
)

// identity is a certificate and its key.
type identity struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func (i identity) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})
}

// newIdentity issues a certificate with an organizational unit; a nil issuer makes
// a self-signed one.
func newIdentity(t *testing.T, name, unit string, isCA bool, issuer *identity) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{unit}},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(1_600_100_000, 0),
		IsCA: isCA, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return identity{cert, key}
}

// bytesField and numberField encode one protobuf field.
func bytesField(number uint64, value []byte) []byte {
	encoded := binary.AppendUvarint(nil, number<<3|2)
	encoded = binary.AppendUvarint(encoded, uint64(len(value)))
	return append(encoded, value...)
}

func numberField(number, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, number<<3), value)
}

// action is a ChaincodeAction with a response and a chaincode's name.
func action(status uint64, payload string) []byte {
	response := slices.Concat(numberField(1, status), bytesField(3, []byte(payload)))
	return slices.Concat(bytesField(3, response), bytesField(4, bytesField(2, []byte("pcc"))))
}

// sign returns what the signer's peer would have signed for the action, and its signature.
func sign(t *testing.T, signer identity, action []byte) (signed, signature []byte) {
	t.Helper()
	signed = slices.Concat(bytesField(1, make([]byte, 32)), bytesField(2, action),
		bytesField(1, []byte("OemMSP")), bytesField(2, signer.pem()))
	digest := sha256.Sum256(signed)
	signature, err := ecdsa.SignASN1(rand.Reader, signer.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed, signature
}

func TestSigners(t *testing.T) {
	root := newIdentity(t, "ca", "", true, nil)
	other := newIdentity(t, "ca", "", true, nil)
	intermediate := newIdentity(t, "intermediate", "", true, &root)
	peer, client := newIdentity(t, "peer", "peer", false, &root), newIdentity(t, "client", "client", false, &root)
	below := newIdentity(t, "peer", "peer", false, &intermediate)
	cases := map[string]struct {
		signer identity
		roots  []byte
		want   error
	}{
		"a peer, its certificate long expired": {peer, root.pem(), nil},
		"a peer under an intermediate":         {below, slices.Concat(root.pem(), intermediate.pem()), nil},
		"the intermediate is unknown":          {below, root.pem(), endorsement.ErrUntrusted},
		"the intermediate without its root":    {below, intermediate.pem(), endorsement.ErrUntrusted},
		"a client of the organisation":         {client, root.pem(), endorsement.ErrUntrusted},
		"a CA that calls itself a peer":        {newIdentity(t, "peer", "peer", true, &root), root.pem(), endorsement.ErrUntrusted},
		"a CA of the same name":                {newIdentity(t, "peer", "peer", false, &other), root.pem(), endorsement.ErrUntrusted},
		"a certificate issued by a client":     {newIdentity(t, "peer", "peer", false, &client), slices.Concat(root.pem(), client.pem()), endorsement.ErrUntrusted},
		"self-signed":                          {newIdentity(t, "peer", "peer", false, nil), root.pem(), endorsement.ErrUntrusted},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			signed, signature := sign(t, c.signer, action(200, "abcd"))
			payload, _, err := endorsement.Verify(signed, signature, c.signer.pem(), c.roots)
			if !errors.Is(err, c.want) || (c.want == nil) != (string(payload) == "abcd") {
				t.Errorf("got %q, %v; want %v", payload, err, c.want)
			}
		})
	}
}

// Even correctly signed bytes are refused unless they say one thing only.
func TestSignedActions(t *testing.T) {
	root := newIdentity(t, "ca", "", true, nil)
	peer := newIdentity(t, "peer", "peer", false, &root)
	cases := map[string]struct {
		action []byte
		want   error
	}{
		"refused by the chaincode": {action(500, "abcd"), endorsement.ErrNotEndorsed},
		"two responses":            {append(action(200, "abcd"), action(200, "ef01")...), endorsement.ErrMalformed},
		"no response":              {bytesField(4, bytesField(2, []byte("pcc"))), endorsement.ErrMalformed},
		"a number for a payload":   {slices.Concat(bytesField(3, slices.Concat(numberField(1, 200), numberField(3, 1))), bytesField(4, bytesField(2, []byte("pcc")))), endorsement.ErrMalformed},
		"a group":                  {append([]byte{0x0b, 0}, action(200, "abcd")...), endorsement.ErrMalformed},
		"nothing":                  {nil, endorsement.ErrMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			signed, signature := sign(t, peer, c.action)
			if _, _, err := endorsement.Verify(signed, signature, peer.pem(), root.pem()); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(action(200, "abcd"), []byte{})
	f.Fuzz(func(t *testing.T, signed, signature []byte) {
		if _, _, err := endorsement.Verify(signed, signature, nil, nil); err == nil {
			t.Fatal("accepted without a certificate")
		}
	})
}
