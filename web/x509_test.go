package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"testing"
	"time"
)

// authority is a certificate that may issue others.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue makes a certificate of a name, changed as given, under an authority: under itself if that is nil.
func issue(t *testing.T, by *authority, name string, isCA bool, change func(*x509.Certificate, *elliptic.Curve)) authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{"peer"}}, BasicConstraintsValid: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2055, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: isCA,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	curve := elliptic.P256()
	if change != nil {
		change(template, &curve)
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent := authority{template, key}
	if by != nil {
		parent = *by
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.certificate, &key.PublicKey, parent.key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{made, key}
}

// TestCertificates asks the page and crypto/x509, as package endorsement does, whether authorities issued a peer's certificate.
func TestCertificates(t *testing.T) {
	p := open(t)
	type change = func(*x509.Certificate, *elliptic.Curve)
	root := issue(t, nil, "root", true, nil)
	chain := func(of, between, leaf change) []authority {
		top := issue(t, nil, "top", true, of)
		middle := issue(t, &top, "middle", true, between)
		return []authority{issue(t, &middle, "peer", false, leaf), middle, top}
	}
	noLength := func(c *x509.Certificate, _ *elliptic.Curve) { c.MaxPathLenZero = true }
	for name, c := range map[string]struct {
		want bool
		of   []authority // the peer first, then the list
	}{
		"a root":               {true, []authority{issue(t, &root, "peer", false, nil), root}},
		"another root":         {false, []authority{issue(t, &root, "peer", false, nil), issue(t, nil, "root", true, nil)}},
		"of two of one name":   {true, []authority{issue(t, &root, "peer", false, nil), issue(t, nil, "root", true, nil), root}},
		"an intermediate":      {true, chain(nil, nil, nil)},
		"without its root":     {false, chain(nil, nil, nil)[:2]},
		"without the middle":   {false, func() []authority { c := chain(nil, nil, nil); return []authority{c[0], c[2]} }()},
		"P-384":                {true, chain(func(_ *x509.Certificate, curve *elliptic.Curve) { *curve = elliptic.P384() }, nil, nil)},
		"P-521":                {true, chain(nil, func(_ *x509.Certificate, curve *elliptic.Curve) { *curve = elliptic.P521() }, nil)},
		"a length of zero":     {false, chain(noLength, nil, nil)},
		"zero in the middle":   {true, chain(nil, noLength, nil)},
		"no usage to certify":  {false, chain(nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.KeyUsage = x509.KeyUsageCRLSign }, nil)},
		"no usage at all":      {true, chain(nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.KeyUsage = 0 }, nil)},
		"a middle of no CA":    {false, chain(nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.IsCA = false }, nil)},
		"a root too old":       {false, chain(func(c *x509.Certificate, _ *elliptic.Curve) { c.NotAfter = c.NotBefore.Add(-time.Hour) }, nil, nil)},
		"a middle too new":     {false, chain(nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.NotBefore = c.NotBefore.Add(time.Hour) }, nil)},
		"an unknown extension": {false, chain(nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.ExtraExtensions = critical() }, nil)},
		"unknown in the peer":  {false, chain(nil, nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.ExtraExtensions = critical() })},
		"ends before it began": {false, chain(nil, nil, func(c *x509.Certificate, _ *elliptic.Curve) { c.NotAfter = c.NotBefore.Add(-time.Hour) })},
	} {
		texts := make([]string, len(c.of))
		for i, a := range c.of {
			texts[i] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
		}
		list, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		var got bool
		p.Eval(t, fmt.Sprintf(`(([peer, ...list]) => modules.x509.issuedBy(peer, list))(%s.map(modules.x509.fromPEM))`, list), &got)
		if verified := chainHolds(c.of); got != c.want || got != verified {
			t.Errorf("%s: the page %t, crypto/x509 %t, want %t", name, got, verified, c.want)
		}
	}
}

func critical() []pkix.Extension {
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
}

// chainHolds verifies as package endorsement does.
func chainHolds(of []authority) bool {
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(),
		CurrentTime: of[0].certificate.NotBefore.Add(time.Second), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, a := range of[1:] {
		if string(a.certificate.RawSubject) == string(a.certificate.RawIssuer) {
			options.Roots.AddCert(a.certificate)
		} else {
			options.Intermediates.AddCert(a.certificate)
		}
	}
	_, err := of[0].certificate.Verify(options)
	return err == nil
}
