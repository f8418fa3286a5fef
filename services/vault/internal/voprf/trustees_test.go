package voprf

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/services/vault"
)

const (
	tagQuota = 4
	onlyOne  = "oem-1"
)

// serve runs a trustee that has the whole of a key, for the vault with a certificate.
func serve(t *testing.T, key *LocalKey, own tls.Certificate) Trustee {
	t.Helper()
	store, err := trustee.OpenStore(filepath.Join(t.TempDir(), "trustee.db"), func([]byte) (trustee.Wrapper, error) {
		return trustee.NewKeyWrapper([32]byte{})
	})
	if err != nil {
		t.Fatal(err)
	}
	one, err := trustee.New(t.Context(), trustee.Options{
		ID: onlyOne, Store: store, Logger: slog.New(slog.DiscardHandler), Clock: time.Now, TagQuota: tagQuota,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.Adopt(t.Context(), access.KeyForTags, 1, key.share); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(one.Handler(trustee.Callers{Vault: func(_ context.Context, c *tls.ConnectionState) bool {
		return len(c.PeerCertificates) > 0 && slices.Equal(c.PeerCertificates[0].Raw, own.Certificate[0])
	}}))
	transport := certificate(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{transport}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13}
	server.StartTLS()
	t.Cleanup(func() { server.Close(); _ = store.Close() })
	return Trustee{ID: onlyOne, Address: server.Listener.Addr().String(), Certificate: sha256.Sum256(transport.Certificate[0])}
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	authority, err := pki.NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(pki.Leaf{CommonName: "test", Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTrusteesEvaluateWhatTheFileDid(t *testing.T) {
	key, own := newTestKey(t), certificate(t)
	at := serve(t, key, own)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111"), mustVIN(t, "0PC11111111111112")}
	holders := NewTrustees(key.Public(), 1, own, []Trustee{at})
	if got, want := tagsOf(t, holders, vins), tagsOf(t, key, vins); !slices.Equal(got, want) {
		t.Error("other tags")
	}
	client, err := NewClient(holders)
	if err != nil {
		t.Fatal(err)
	}
	if _, p, err := client.Prove(t.Context(), vins[0]); err != nil || len(p.Parts) != 1 {
		t.Errorf("%v, %v", p.Parts, err)
	}
	// Three elements of four are used up, for the platform.
	if _, err := client.Tags(t.Context(), vins); apperr.ReasonOf(err) != trustee.ErrTagQuota.Reason {
		t.Errorf("over the quota: %v", err)
	}
	member := authn.WithPrincipal(t.Context(), authn.Principal{Member: "insurer", Name: "batch"})
	if _, err := client.Tags(member, vins); err != nil {
		t.Errorf("a member has a quota of its own: %v", err)
	}
}

func TestTrusteesKnowTheVaultAndTheVaultTheKey(t *testing.T) {
	key, own := newTestKey(t), certificate(t)
	at := serve(t, key, own)
	vins := []vault.VIN{mustVIN(t, "0PC11111111111111")}
	for name, holders := range map[string]*Trustees{
		"another caller":       NewTrustees(key.Public(), 1, certificate(t), []Trustee{at}),
		"another key":          NewTrustees(newTestKey(t).Public(), 1, own, []Trustee{at}),
		"another number":       NewTrustees(key.Public(), 2, own, []Trustee{at}),
		"another certificate":  NewTrustees(key.Public(), 1, own, []Trustee{{ID: at.ID, Address: at.Address}}),
		"an address of nobody": NewTrustees(key.Public(), 1, own, []Trustee{{ID: "other", Address: at.Address, Certificate: at.Certificate}}),
		"no trustee":           NewTrustees(key.Public(), 1, own, nil),
	} {
		client, err := NewClient(holders)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Tags(t.Context(), vins); err == nil {
			t.Errorf("%s: tags", name)
		}
	}
	if _, err := NewClient(NewTrustees(threshold.Element{}, 1, own, nil)); err == nil {
		t.Error("no key: a client")
	}
}
