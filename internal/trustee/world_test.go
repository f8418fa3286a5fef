package trustee_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

const passphrase = "correct horse battery"

// ledger is a ledger in memory that checks what the contract checks of key sets and answers.
type ledger struct {
	mu        sync.Mutex
	refusal   error
	grant     access.Grant
	capsules  []model.Hash
	answers   []access.Answer
	trustees  map[string]access.Trustee
	proposals map[string]access.KeyProposal
	sets      map[string][]access.KeySet
}

func newLedger() *ledger {
	return &ledger{trustees: map[string]access.Trustee{}, proposals: map[string]access.KeyProposal{}, sets: map[string][]access.KeySet{}}
}

func name(purpose access.KeyPurpose, number uint64) string { return fmt.Sprint(purpose, number) }

func (l *ledger) CheckRequest(_ context.Context, id model.Hash, at time.Time) (access.Grant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hash, err := l.grant.Request.Hash()
	if err != nil || hash != id {
		return access.Grant{}, apperr.New(apperr.NotFound, "REQUEST_NOT_FOUND", "no such request")
	}
	if l.grant.Request.ExpiryUnixMilli <= at.UnixMilli() {
		return access.Grant{}, apperr.New(apperr.FailedPrecondition, "REQUEST_EXPIRED", "the request has expired")
	}
	return l.grant, l.refusal
}

func (l *ledger) Registered(_ context.Context, capsules []model.Hash) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !slices.ContainsFunc(capsules, func(h model.Hash) bool { return !slices.Contains(l.capsules, h) }), nil
}

func (l *ledger) RecordAnswers(_ context.Context, a access.Answers, s access.Signatures) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	digest, err := a.Hash()
	if err != nil || len(s) != 1 || s[0].Identity != l.trustees[a.Trustee].SigningKey || !s[0].Identity.Verify(digest, s[0].Bytes) {
		return fmt.Errorf("not signed by the trustee, %w", err)
	}
	l.answers = append(l.answers, a.Lines...)
	return nil
}

func (l *ledger) Trustees(context.Context) ([]access.Trustee, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.trustees)), nil
}

func (l *ledger) Proposal(_ context.Context, purpose access.KeyPurpose, number uint64) (access.KeyProposal, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.proposals[name(purpose, number)]; ok {
		return p, nil
	}
	return access.KeyProposal{}, trustee.ErrNotOnLedger
}

func (l *ledger) KeySet(_ context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sets := l.sets[name(purpose, number)]; len(sets) > 0 {
		return sets[len(sets)-1], nil
	}
	return access.KeySet{}, trustee.ErrNotOnLedger
}

func (l *ledger) PublishKeySet(_ context.Context, set access.KeySet, s access.Signatures) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := name(set.Purpose, set.KeyNumber)
	var before *access.KeySet
	if sets := l.sets[key]; len(sets) > 0 {
		before = &sets[len(sets)-1]
	}
	if err := set.CheckNext(before); err != nil {
		return err
	}
	if err := set.CheckProposal(l.proposals[key]); err != nil {
		return err
	}
	digest, err := set.Hash()
	if err != nil {
		return err
	}
	signed, err := s.Satisfied(digest, nil)
	if err != nil {
		return err
	}
	for _, share := range set.Shares {
		if !signed.Has(l.trustees[share.Trustee].SigningKey) {
			return fmt.Errorf("%s did not sign", share.Trustee)
		}
	}
	l.sets[key] = append(l.sets[key], set)
	return nil
}

// propose asks for the next epoch of a key, held by the trustees named in the seats of their numbers.
func (l *ledger) propose(t *testing.T, purpose access.KeyPurpose, needed uint64, seats ...int) access.KeyProposal {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	key := name(purpose, 1)
	p := access.KeyProposal{
		Purpose: purpose, KeyNumber: 1, Attempt: l.proposals[key].Attempt + 1, Epoch: uint64(len(l.sets[key]) + 1), Threshold: needed,
	}
	for _, i := range seats {
		p.Seats = append(p.Seats, access.Seat{Trustee: trusteeID(i), Index: uint64(i)})
	}
	if _, err := p.Hash(); err != nil {
		t.Fatal(err)
	}
	l.proposals[key] = p
	return p
}

func trusteeID(i int) string { return fmt.Sprintf("trustee-%d", i) }

// station is a trustee with its server.
type station struct {
	*trustee.Trustee
	index  int
	path   string
	store  *trustee.Store
	keys   trustee.Keys
	own    tls.Certificate
	record access.Trustee
	logs   *bytes.Buffer
	stop   func()
}

// world is a ledger and trustees that watch it and talk over HTTPS.
type world struct {
	ledger   *ledger
	stations map[int]*station
	vault    tls.Certificate
	clock    func() time.Time
	patience time.Duration
}

func newWorld(t *testing.T, indices ...int) *world {
	t.Helper()
	return newPatientWorld(t, 20*time.Second, indices...)
}

// newPatientWorld has trustees that wait so long for those who are away.
func newPatientWorld(t *testing.T, patience time.Duration, indices ...int) *world {
	t.Helper()
	w := &world{ledger: newLedger(), stations: map[int]*station{}, vault: selfSigned(t), clock: time.Now, patience: patience}
	for _, i := range indices {
		w.stations[i] = w.start(t, i, filepath.Join(t.TempDir(), "trustee.db"))
	}
	return w
}

func (w *world) start(t *testing.T, i int, path string) *station {
	t.Helper()
	s := &station{index: i, path: path, own: selfSigned(t), logs: &bytes.Buffer{}}
	var err error
	if s.store, err = trustee.OpenStore(path, fastWrapper); err != nil {
		t.Fatal(err)
	}
	s.Trustee, err = trustee.New(t.Context(), trustee.Options{
		ID: trusteeID(i), Store: s.store, Ledger: w.ledger, Peers: trustee.NewPeers(s.own), Logger: slog.New(slog.NewTextHandler(s.logs, nil)),
		Clock: func() time.Time { return w.clock() }, Patience: w.patience, Poll: 50 * time.Millisecond, TagQuota: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.keys, err = s.store.Keys(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(s.Handler(trustee.Callers{Ledger: w.ledger, Vault: w.isVault}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{s.own}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	w.register(t, s, server.Listener.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { _ = s.Watch(ctx) })
	var once sync.Once
	s.stop = func() { once.Do(func() { cancel(); watching.Wait(); server.Close(); _ = s.store.Close() }) }
	t.Cleanup(s.stop)
	return s
}

func (w *world) isVault(_ context.Context, c *tls.ConnectionState) bool {
	return len(c.PeerCertificates) > 0 && bytes.Equal(c.PeerCertificates[0].Raw, w.vault.Certificate[0])
}

func (w *world) register(t *testing.T, s *station, address string) {
	t.Helper()
	record, err := s.keys.Record()
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	record.ID, record.Member, record.Address = trusteeID(s.index), "garage", address
	record.Version, record.TransportSHA256 = w.ledger.trustees[record.ID].Version+1, sha256.Sum256(s.own.Certificate[0])
	if _, err := record.Hash(); err != nil {
		t.Fatal(err)
	}
	w.ledger.trustees[record.ID], s.record = record, record
}

// client calls a trustee with a certificate, or none.
func (s *station) client(own *tls.Certificate) *wire.Client {
	return wire.NewClient(s.record.Address, s.record.TransportSHA256, own)
}

// makeKey has the trustees make or share anew a key, and returns its set once every one of its trustees uses it.
func (w *world) makeKey(t *testing.T, purpose access.KeyPurpose, needed uint64, seats ...int) access.KeySet {
	t.Helper()
	p := w.ledger.propose(t, purpose, needed, seats...)
	deadline := time.Now().Add(time.Minute)
	for {
		ready := 0
		set, err := w.ledger.KeySet(t.Context(), purpose, 1)
		if err == nil && set.Epoch == p.Epoch {
			for _, share := range set.Shares {
				if s, err := w.byID(share.Trustee).KeySet(t.Context(), purpose, 1); err == nil && s.Epoch == p.Epoch {
					ready++
				}
			}
			if ready == len(set.Shares) {
				return set
			}
		}
		if time.Now().After(deadline) {
			for _, s := range w.stations {
				s.stop()
				t.Log(s.index, s.logs)
			}
			t.Fatalf("no epoch %d of the key: %d, %v", p.Epoch, ready, err)
		}
		wait(t, 20*time.Millisecond)
	}
}

func (w *world) byID(id string) *station {
	for _, s := range w.stations {
		if trusteeID(s.index) == id {
			return s
		}
	}
	return nil
}

func wait(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	}
}

// fastWrapper spares tests the cost of a passphrase, which has a test of its own.
func fastWrapper(salt []byte) (trustee.Wrapper, error) {
	return trustee.NewKeyWrapper(sha256.Sum256(salt))
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	authority, err := pki.NewAuthority("trustee test")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(pki.Leaf{CommonName: "trustee", Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	certificate.Leaf, err = x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func encapsulate(t *testing.T, set access.KeySet, label access.Label) (wire.Capsule, threshold.Element) {
	t.Helper()
	text, err := label.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	c, secret, err := threshold.Encapsulate(rand.Reader, set.PublicKey, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return wire.Capsule{Label: string(text), Capsule: c[:]}, secret
}

func (w *world) registerCapsule(t *testing.T, c wire.Capsule) {
	t.Helper()
	label, err := access.ParseLabel([]byte(c.Label))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := access.CapsuleHash(label, c.Capsule)
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	w.ledger.capsules = append(w.ledger.capsules, hash)
}

func reasonOf(err error) string { return apperr.ReasonOf(err) }
