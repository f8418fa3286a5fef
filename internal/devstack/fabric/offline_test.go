package fabric

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// nobody starts no process: these tests end before any would be.
type nobody struct{}

func (nobody) Start(context.Context, proc.Spec) error {
	return errors.New("not expected to be started")
}

// counter hands out 1, 2, 3 ... as ports.
func counter() func(string) (int, error) {
	last := 0
	return func(string) (int, error) {
		last++
		return last, nil
	}
}

func newConfig(t *testing.T) Config {
	t.Helper()
	return Config{Topology: BFT4, Dir: t.TempDir(), Port: counter(), Starter: nobody{}}
}

func TestUpNamesWhatIsMissing(t *testing.T) {
	cfg := newConfig(t)
	cfg.BinDir = filepath.Join(cfg.Dir, "absent")
	if _, err := Up(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "absent/peer") {
		t.Errorf("without commands: %v", err)
	}
	cfg.Topology = "ring"
	if _, err := Up(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "ring") {
		t.Errorf("unknown topology: %v", err)
	}
}

func TestStateIsKeptOnceComplete(t *testing.T) {
	cfg := newConfig(t)
	first, err := loadState(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Ports) != len(listeners(BFT4)) {
		t.Errorf("%d ports for %d listeners", len(first.Ports), len(listeners(BFT4)))
	}
	left := cfg.path("data", "peer-oem")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}

	second, err := loadState(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("an incomplete network's data was kept: %v", err)
	}
	second.Complete = true
	if err := second.save(cfg); err != nil {
		t.Fatal(err)
	}
	third, err := loadState(cfg)
	if err != nil || !third.Complete || third.Ports["orderer1"] != second.Ports["orderer1"] {
		t.Errorf("complete state came back as %+v, %v; want %+v", third, err, second)
	}
	cfg.Topology = Raft1
	if _, err := loadState(cfg); err == nil {
		t.Error("a folder of another topology was accepted")
	}
}

func TestPackageDependsOnItsInputsOnly(t *testing.T) {
	cfg := newConfig(t)
	if err := os.MkdirAll(cfg.path("packages"), 0o700); err != nil {
		t.Fatal(err)
	}
	org := peerOrg{Name: "oem", LinkDir: t.TempDir(), ChaincodePort: 7}
	if err := newLink(org.LinkDir); err != nil {
		t.Fatal(err)
	}
	one, err := assemble(org)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := assemble(org); err != nil || !bytes.Equal(one, two) {
		t.Errorf("assembled twice, two packages: %v", err)
	}
	made, err := pack(cfg, org)
	if err != nil {
		t.Fatal(err)
	}
	org.ChaincodePort = 8
	if kept, err := pack(cfg, org); err != nil || kept != made {
		t.Errorf("package was made again: %+v, %v; want %+v", kept, err, made)
	}
	if other, err := assemble(org); err != nil || bytes.Equal(one, other) {
		t.Errorf("another address, same package: %v", err)
	}
}

// The link lets exactly its own two ends talk.
func TestLinkIsMutual(t *testing.T) {
	link, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{link, other} {
		if err := newLink(dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := handshake(t, link, link); err != nil {
		t.Errorf("own client: %v", err)
	}
	if err := handshake(t, link, other); err == nil {
		t.Error("another link's client was accepted")
	}
}

// handshake connects a client with the certificate in clientDir, and the trust of
// serverDir, to a server of serverDir. It returns the server's verdict.
func handshake(t *testing.T, serverDir, clientDir string) error {
	t.Helper()
	ca, err := os.ReadFile(filepath.Join(serverDir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	pair := func(dir, name string) []tls.Certificate {
		cert, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return []tls.Certificate{cert}
	}
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	client := tls.Client(near, &tls.Config{Certificates: pair(clientDir, "client"), RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS13})
	server := tls.Server(far, &tls.Config{Certificates: pair(serverDir, "server"), ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13})
	go func() {
		// The client's view ends first; reading lets the server's alert through.
		if client.HandshakeContext(t.Context()) == nil {
			_, _ = client.Read(make([]byte, 1))
		}
	}()
	return server.HandshakeContext(t.Context())
}
