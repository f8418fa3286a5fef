// Package stand runs one service in a test on real parts: PostgreSQL, NATS, Keto, mutual TLS and the real interceptors.
// Other services that it calls are served by fakes of the test (Fake); the members' directory is the stand's own.
package stand

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
)

// startPatience bounds how long a service may take to serve.
const startPatience = 30 * time.Second

// Stand is the surroundings of one service under test.
type Stand struct {
	// Service is its name.
	Service string
	// DatabaseURL is the superuser's connection string for the service's own, migrated database; "" without a schema.
	DatabaseURL string
	// Broker is the test's own NATS server.
	Broker testkit.Broker
	// Log collects what the service logs, as JSON lines.
	Log *Log

	t        testing.TB
	dir      string
	platform *pki.Authority
	config   app.ServiceConfig

	mu      sync.Mutex
	members []*Member
	tls     map[string]app.TLS // by service
}

// New prepares the surroundings of the named service: a migrated database (for those that have a schema), a broker,
// certificates, and the relations of the platform's services. Start runs the service.
func New(t testing.TB, service string) *Stand {
	t.Helper()
	s := &Stand{Service: service, t: t, dir: t.TempDir(), Log: &Log{}, Broker: testkit.NATS(t)}
	s.config.Services, s.tls = map[string]string{}, map[string]app.TLS{}
	s.config.Listen = s.freeAddress()
	s.config.NATS = app.NATS{URL: s.Broker.URL}
	keto := testkit.Keto(t)
	s.config.KetoReadAddress = keto.Read
	s.relate(relations.Services()...)
	s.makeAuthority()
	s.config.TLS = s.ServiceTLS(service)
	s.migrate()
	if service != "registry" {
		s.Fake("registry", func(*grpc.Server) {})
	}
	return s
}

// Config is the service's configuration; the test adds what is special to the service.
func (s *Stand) Config() app.ServiceConfig { return s.config }

// Dir is a folder of the test's own.
func (s *Stand) Dir() string { return s.dir }

// Start runs the service until the end of the test and returns once it serves. A service that ends by itself fails the test.
func (s *Stand) Start(build func(context.Context, *app.Process) (app.Runner, error)) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	process, err := app.NewProcess(ctx, s.Service, app.ProcessConfig{}, s.Log, s.Service)
	s.must(err)
	runner, err := build(ctx, process)
	s.must(err)
	done := make(chan error, 1)
	go func() {
		done <- process.Run(ctx, runner)
		close(done) // the clean-up below must not wait for what awaitServing took
	}()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("%s ended with: %v", s.Service, err)
		}
	})
	s.awaitServing(done)
}

func (s *Stand) awaitServing(done <-chan error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	client := healthv1.NewHealthClient(s.DialService("stand"))
	for {
		if _, err := client.Check(ctx, &healthv1.HealthCheckRequest{}, grpc.WaitForReady(true)); err == nil {
			return
		}
		select {
		case err := <-done:
			s.t.Fatalf("%s ended at once: %v\n%s", s.Service, err, s.Log)
		case <-ctx.Done():
			s.t.Fatalf("%s does not serve after %s\n%s", s.Service, startPatience, s.Log)
		default:
		}
	}
}

// Fake serves another service, as the test implements it, to the service under test. A fake registry has the members'
// directory already.
func (s *Stand) Fake(service string, register func(*grpc.Server)) {
	s.t.Helper()
	pair, err := s.issue(pki.Leaf{CommonName: service, Hosts: []string{service, "127.0.0.1"}}).TLS()
	s.must(err)
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(authn.ServerTLS(pair))))
	if service == "registry" {
		s.registerDirectory(server)
	}
	register(server)
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	s.must(err)
	go func() { _ = server.Serve(listener) }()
	s.t.Cleanup(server.Stop)
	s.config.Services[service] = listener.Addr().String()
}

func (s *Stand) makeAuthority() {
	authority, err := pki.NewAuthority("test platform")
	s.must(err)
	s.platform = authority
	s.must(os.WriteFile(s.file("ca.crt"), authority.Certificate(), 0o600))
}

func (s *Stand) issue(leaf pki.Leaf) pki.Pair {
	s.t.Helper()
	pair, err := s.platform.Issue(leaf)
	s.must(err)
	return pair
}

// ServiceTLS issues the certificate of another service, for one that the test runs beside the service under test.
func (s *Stand) ServiceTLS(service string) app.TLS {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if made, ok := s.tls[service]; ok {
		return made // not written again: a server may be reading it
	}
	files := pki.FilesIn(s.dir, service)
	s.must(s.issue(pki.Leaf{CommonName: service, Hosts: []string{service, "127.0.0.1"}}).Write(files))
	made := app.TLS{CAFile: s.file("ca.crt"), CertificateFile: files.Certificate, KeyFile: files.Key}
	s.tls[service] = made
	return made
}

// migrate makes the service's database with a reader role like the one of an installation.
func (s *Stand) migrate() {
	for _, service := range migrations.Services() {
		if service != s.Service {
			continue
		}
		sources, err := migrations.Sources(service)
		s.must(err)
		s.UseDatabase(testkit.SchemaURL(s.t, service, sources...))
	}
}

// UseDatabase has the service run on another database than its own new one, such as a restored backup; url is the superuser's.
func (s *Stand) UseDatabase(url string) {
	s.t.Helper()
	s.DatabaseURL = url
	s.must(os.WriteFile(s.file("database.url"), []byte(url), 0o600))
	s.config.Database.URLFile = s.file("database.url")
	if slices.Contains(migrations.Readers(), s.Service) {
		// Tests log in as the superuser and take the role on, which puts row-level security in force.
		reader := url + "&role=" + migrations.ReaderRole(s.Service)
		s.must(os.WriteFile(s.file("reader.url"), []byte(reader), 0o600))
		s.config.Database.ReaderURLFile = s.file("reader.url")
	}
}

func (s *Stand) relate(rs ...relations.Relation) {
	s.t.Helper()
	keto := testkit.Keto(s.t)
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	s.must(relations.NewWriter("http://"+keto.Read, "http://"+keto.Write).Put(ctx, rs...))
}

func (s *Stand) freeAddress() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(testkit.FreePort(s.t)))
}

func (s *Stand) file(name string) string { return filepath.Join(s.dir, name) }

func (s *Stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(fmt.Errorf("stand: %w", err))
	}
}
