package onledger_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	devfabric "github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/fabric/fabrictest"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/onledger"
)

// consortium is a real network whose members have access keys and decide two of three.
type consortium struct {
	t      *testing.T
	keys   map[string]ed25519.PrivateKey
	ledger map[string]onledger.Ledger
}

func newConsortium(t *testing.T) *consortium {
	t.Helper()
	stand := fabrictest.New(t, devfabric.Raft1)
	stand.Up()
	c := &consortium{t: t, keys: map[string]ed25519.PrivateKey{}, ledger: map[string]onledger.Ledger{}}
	classes := map[string]model.Class{"oem": model.ClassMaker, "insurer": model.ClassInsurer, "garage": model.ClassGarage}
	for _, org := range stand.Network.Orgs {
		client := stand.Client(org.Name)
		c.ledger[org.Name] = onledger.New(client)
		record := model.MemberRecord{
			ID: org.Name, MSPID: org.MSPID, Class: classes[org.Name], Status: model.StatusActive, CARootSHA256: model.Hash{1}, Version: 1,
		}
		text, err := record.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stand.Client("oem").Submit(t.Context(), "membership:RegisterMember", string(text)); err != nil {
			t.Fatal(err)
		}
	}
	for member, ledger := range c.ledger {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c.keys[member] = private
		key := access.Key{Member: member, Version: 1, Key: access.Ed25519Key(public)}
		c.must(ledger.Put(t.Context(), "RegisterAccessKey", key, access.Signatures{{Identity: key.Key, Bytes: sign(t, key, private)}}))
	}
	evolve, err := access.ParseExpression("2 of (member:garage, member:insurer, member:oem)")
	if err != nil {
		t.Fatal(err)
	}
	policy := access.Policy{ID: access.Consortium, Version: 1, Rules: []access.Rule{{Action: access.Evolve, Expression: evolve}}}
	c.must(c.ledger["oem"].Put(t.Context(), "CreatePolicy", policy, c.decide(policy, "garage", "insurer", "oem")))
	return c
}

func (c *consortium) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func sign(t *testing.T, r interface{ Hash() (model.Hash, error) }, key ed25519.PrivateKey) []byte {
	t.Helper()
	digest, err := r.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.Sign(key, digest[:])
}

func (c *consortium) decide(r interface{ Hash() (model.Hash, error) }, members ...string) (all access.Signatures) {
	c.t.Helper()
	for _, m := range members {
		all = append(all, access.Signature{Identity: access.Member(m), Bytes: sign(c.t, r, c.keys[m])})
	}
	slices.SortFunc(all, func(a, b access.Signature) int { return strings.Compare(string(a.Identity), string(b.Identity)) })
	return all
}

// seat runs a trustee of a member, on the member's own peer.
func (c *consortium) seat(id, member string) *trustee.Trustee {
	t := c.t
	t.Helper()
	store, err := trustee.OpenStore(filepath.Join(t.TempDir(), "trustee.db"), func([]byte) (trustee.Wrapper, error) {
		return trustee.NewKeyWrapper([32]byte{1})
	})
	c.must(err)
	own := certificate(t, id)
	one, err := trustee.New(t.Context(), trustee.Options{
		ID: id, Store: store, Ledger: c.ledger[member], Peers: trustee.NewPeers(own), Logger: slog.New(slog.DiscardHandler), Clock: time.Now,
		Patience: 20 * time.Second, Poll: 100 * time.Millisecond, TagQuota: 1,
	})
	c.must(err)
	server := httptest.NewUnstartedServer(one.Handler(trustee.Callers{Ledger: c.ledger[member], Vault: func(context.Context, *tls.ConnectionState) bool { return false }}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13}
	server.StartTLS()
	keys, err := store.Keys(t.Context())
	c.must(err)
	record, err := keys.Record()
	c.must(err)
	record.ID, record.Member, record.Version, record.Address = id, member, 1, server.Listener.Addr().String()
	record.TransportSHA256 = sha256.Sum256(own.Certificate[0])
	digest, err := record.Hash()
	c.must(err)
	c.must(c.ledger[member].Put(t.Context(), "RegisterTrustee", record, keys.Sign(digest)))
	watching := make(chan error, 1)
	go func() { watching <- one.Watch(t.Context()) }()
	t.Cleanup(func() { <-watching; server.Close(); _ = store.Close() })
	return one
}

// TestTrusteesMakeAKeyOnARealLedger has a decision of two members, three trustees on three peers, and a resharing.
func TestTrusteesMakeAKeyOnARealLedger(t *testing.T) {
	c := newConsortium(t)
	seats := []access.Seat{{Trustee: "t-garage", Index: 3}, {Trustee: "t-insurer", Index: 2}, {Trustee: "t-oem", Index: 1}}
	for _, s := range seats {
		c.seat(s.Trustee, strings.TrimPrefix(s.Trustee, "t-"))
	}
	ledger := c.ledger["insurer"]
	if _, err := ledger.KeySet(t.Context(), access.KeyForAccess, 1); !errors.Is(err, trustee.ErrNotOnLedger) {
		t.Fatalf("before: %v", err)
	}
	proposal := access.KeyProposal{Purpose: access.KeyForAccess, KeyNumber: 1, Attempt: 1, Epoch: 1, Threshold: 2, Seats: seats}
	if err := ledger.Put(t.Context(), "ProposeKeySet", proposal, c.decide(proposal, "oem")); err == nil {
		t.Error("one member decides for the consortium")
	}
	c.must(ledger.Put(t.Context(), "ProposeKeySet", proposal, c.decide(proposal, "oem", "garage")))
	first := c.await(1)
	if len(first.Shares) != 3 || first.Threshold != 2 {
		t.Errorf("%v", first)
	}
	proposal.Attempt, proposal.Epoch = 2, 2
	c.must(ledger.Put(t.Context(), "ProposeKeySet", proposal, c.decide(proposal, "insurer", "garage")))
	if second := c.await(2); second.PublicKey != first.PublicKey || second.Shares[0] == first.Shares[0] {
		t.Errorf("%v", second)
	}
	registered, err := ledger.Registered(t.Context(), []model.Hash{{1}})
	if err != nil || registered {
		t.Errorf("a capsule of nobody's: %v, %v", registered, err)
	}
	if _, err := ledger.CheckRequest(t.Context(), model.Hash{1}, time.Now()); !errors.Is(err, trustee.ErrNotOnLedger) {
		t.Errorf("a request that no block has: %v", err)
	}
}

func (c *consortium) await(epoch uint64) access.KeySet {
	c.t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.After(time.Minute); ; {
		set, err := c.ledger["oem"].KeySet(c.t.Context(), access.KeyForAccess, 1)
		if err == nil && set.Epoch == epoch {
			return set
		}
		select {
		case <-deadline:
			c.t.Fatalf("no epoch %d: %v", epoch, err)
		case <-ticker.C:
		}
	}
}

func certificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	authority, err := pki.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(pki.Leaf{CommonName: name, Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
