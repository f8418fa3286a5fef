package access

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/trustee"
)

const (
	// keyTimeout bounds the making of a key.
	keyTimeout = time.Minute
	// poll is how often trustees look at the ledger, and how often the benchmark looks whether they are ready.
	poll = 5 * time.Millisecond
)

// council are trustees that run, with their ledger.
type council struct {
	ledger   *ledger
	trustees []*trustee.Trustee
	stop     func()
}

// convene starts n trustees, which keep their stores below dir.
func convene(ctx context.Context, dir string, n int, l *ledger) (_ *council, err error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &council{ledger: l}
	var watching sync.WaitGroup
	var closers []func()
	c.stop = func() {
		cancel()
		watching.Wait()
		for _, f := range closers {
			f()
		}
	}
	defer func() {
		if err != nil {
			c.stop()
		}
	}()
	for i := range n {
		id := fmt.Sprintf("trustee-%d", i+1)
		store, err := trustee.OpenStore(filepath.Join(dir, id), func(salt []byte) (trustee.Wrapper, error) {
			return trustee.NewKeyWrapper(sha256.Sum256(salt))
		})
		if err != nil {
			return nil, err
		}
		closers = append(closers, func() { _ = store.Close() })
		own, err := certificate()
		if err != nil {
			return nil, err
		}
		t, err := trustee.New(ctx, trustee.Options{
			ID: id, Store: store, Ledger: l, Peers: trustee.NewPeers(own), Logger: slog.New(slog.DiscardHandler),
			Clock: time.Now, Patience: keyTimeout, Poll: poll, TagQuota: trustee.DefaultTagQuota,
		})
		if err != nil {
			return nil, err
		}
		server := serve(own, t.Handler(trustee.Callers{Ledger: l}))
		closers = append(closers, server.Close)
		if err := c.register(ctx, id, store, own, server.Listener.Addr().String()); err != nil {
			return nil, err
		}
		watching.Go(func() { _ = t.Watch(ctx) })
		c.trustees = append(c.trustees, t)
	}
	return c, nil
}

func (c *council) register(ctx context.Context, id string, store *trustee.Store, own tls.Certificate, address string) error {
	keys, err := store.Keys(ctx)
	if err != nil {
		return err
	}
	record, err := keys.Record()
	if err != nil {
		return err
	}
	record.ID, record.Member, record.Version, record.Address = id, "garage", 1, address
	record.TransportSHA256 = sha256.Sum256(own.Certificate[0])
	c.ledger.mutex.Lock()
	defer c.ledger.mutex.Unlock()
	c.ledger.trustees[id] = record
	return nil
}

// makeKey has all trustees make the next epoch of the key, and returns how long they took until each uses it.
func (c *council) makeKey(ctx context.Context, needed int) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	began := time.Now()
	epoch := c.propose(needed)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for !c.ready(ctx, epoch) {
		select {
		case <-ctx.Done():
			return 0, errors.New("bench: the trustees did not make a key in time")
		case <-ticker.C:
		}
	}
	return time.Since(began), nil
}

func (c *council) propose(needed int) (epoch uint64) {
	c.ledger.mutex.Lock()
	defer c.ledger.mutex.Unlock()
	epoch = uint64(len(c.ledger.sets)) + 1
	p := access.KeyProposal{
		Purpose: access.KeyForAccess, KeyNumber: 1, Attempt: epoch, Epoch: epoch, Threshold: uint64(needed), //nolint:gosec // small
	}
	for i := range c.trustees {
		p.Seats = append(p.Seats, access.Seat{Trustee: fmt.Sprintf("trustee-%d", i+1), Index: uint64(i + 1)}) //nolint:gosec // small
	}
	c.ledger.proposal = p
	return epoch
}

func (c *council) ready(ctx context.Context, epoch uint64) bool {
	for _, t := range c.trustees {
		if set, err := t.KeySet(ctx, access.KeyForAccess, 1); err != nil || set.Epoch != epoch {
			return false
		}
	}
	return true
}

func serve(own tls.Certificate, handler http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	return server
}

func certificate() (tls.Certificate, error) {
	authority, err := pki.NewAuthority("bench")
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := authority.Issue(pki.Leaf{CommonName: "trustee", Hosts: []string{"127.0.0.1"}})
	if err != nil {
		return tls.Certificate{}, err
	}
	return pair.TLS()
}

// tempDir is a folder for the stores, which the caller removes.
func tempDir() (string, func(), error) {
	dir, err := os.MkdirTemp("", "pcc-bench-access-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}
