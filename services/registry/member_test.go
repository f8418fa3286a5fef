package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/pki"
)

func authority(t *testing.T, name string) (*pki.Authority, string) {
	t.Helper()
	a, err := pki.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(a.Certificate())
}

func leaf(t *testing.T, a *pki.Authority) string {
	t.Helper()
	pair, err := a.Issue(pki.Leaf{CommonName: "client"})
	if err != nil {
		t.Fatal(err)
	}
	return string(pair.Certificate)
}

// intermediate is an authority under another: it does not sign itself.
func intermediate(t *testing.T) string {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, Subject: pkix.Name{CommonName: "ca"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key().Public(), key())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestAuthorityKeys(t *testing.T) {
	now := time.Now()
	a, one := authority(t, "one")
	_, two := authority(t, "two")
	tests := []struct {
		name, bundle string
		now          time.Time
		keys         int
	}{
		{"one", one, now, 1},
		{"two", one + "\n" + two, now, 2},
		{"the same twice", one + one, now, 1},
		{"none", " \n", now, 0},
		{"no PEM", "certificate", now, 0},
		{"text after the certificate", one + "and more", now, 0},
		{"another kind of block", strings.ReplaceAll(one, "CERTIFICATE", "PRIVATE KEY"), now, 0},
		{"not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", now, 0},
		{"an intermediate authority", intermediate(t), now, 0},
		{"a client's certificate", leaf(t, a), now, 0},
		{"expired", one, now.AddDate(20, 0, 0), 0},
		{"not valid yet", one, now.AddDate(-1, 0, 0), 0},
		{"too many", strings.Repeat(one, maxAuthorities+1), now, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, err := authorityKeys(tt.bundle, tt.now)
			if len(keys) != tt.keys {
				t.Errorf("%d keys, want %d", len(keys), tt.keys)
			}
			if (tt.keys == 0) != errors.Is(err, ErrCertificateInvalid) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestMemberCheck(t *testing.T) {
	_, ca := authority(t, "ca")
	tests := []struct{ id, administrator, field string }{
		{"oem", "oem/admin", ""},
		{"oem", "garage/admin", "member.administrators[0]"},
		{"oem", "admin", "member.administrators[0]"},
		{"oem", "oem/", "member.administrators[0]"},
		{"oem", "oem/a/b", "member.administrators[0]"},
		{"oem", "oem/a#b", "member.administrators[0]"},
		{"service", "service/registry", "member.name"},
		{"platform", "platform/admin", "member.name"},
		{"system", "system/admin", "member.name"},
	}
	for _, tt := range tests {
		m := Member{ID: tt.id, Administrators: []string{tt.administrator}, CACertificates: ca}
		_, err := m.check(time.Now())
		field := ""
		if e := apperr.As(err); e != nil {
			field = e.Field
		}
		if field != tt.field {
			t.Errorf("%s with %s: fault at %q, want %q", tt.id, tt.administrator, field, tt.field)
		}
	}
}

func TestMemberIsActiveWithAllSteps(t *testing.T) {
	var m Member
	for _, s := range AdmissionSteps() {
		if m.Active() {
			t.Errorf("active with %v", m.Completed)
		}
		m.Completed = append(m.Completed, s)
	}
	if !m.Active() {
		t.Error("not active with all steps")
	}
}
