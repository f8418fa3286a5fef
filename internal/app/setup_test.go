package app_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// installation is the certificates and the Keto of some services, and where they answer.
type installation struct {
	platform *pki.Authority
	dir      string
	services map[string]string
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	platform, err := pki.NewAuthority("test platform")
	must(t, err)
	i := &installation{platform: platform, dir: t.TempDir(), services: map[string]string{"registry": freeAddress(t)}}
	must(t, pki.Pair{Certificate: platform.Certificate()}.Write(pki.FilesIn(i.dir, "ca")))
	keto := testkit.Keto(t)
	must(t, relations.NewWriter("http://"+keto.Read, "http://"+keto.Write).Put(t.Context(), relations.Services()...))
	return i
}

func freeAddress(t *testing.T) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(testkit.FreePort(t)))
}

func (i *installation) config(t *testing.T, service string) app.ServiceConfig {
	t.Helper()
	pair, err := i.platform.Issue(pki.Leaf{CommonName: service, Hosts: []string{service, "127.0.0.1"}})
	must(t, err)
	files := pki.FilesIn(i.dir, service)
	must(t, pair.Write(files))
	return app.ServiceConfig{
		Listen:          i.services[service],
		TLS:             app.TLS{CAFile: pki.FilesIn(i.dir, "ca").Certificate, CertificateFile: files.Certificate, KeyFile: files.Key},
		Services:        i.services,
		KetoReadAddress: testkit.Keto(t).Read,
	}
}

// registry makes a registry with the test's handlers in p.
func (i *installation) registry(t *testing.T, p *app.Process, h *handlers) *app.Base {
	t.Helper()
	base, err := app.NewBase(t.Context(), "registry", i.config(t, "registry"), p)
	must(t, err)
	registryv1.RegisterMemberServiceServer(base.Server, h)
	return base
}

// dial connects to the registry as another service that lives in p.
func (i *installation) dial(t *testing.T, p *app.Process, as string) *grpc.ClientConn {
	t.Helper()
	edge, err := app.NewEdge(t.Context(), as, i.config(t, as), p)
	must(t, err)
	conn, err := edge.Dial("registry")
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func newProcess(t *testing.T, cfg app.ProcessConfig, services ...string) *app.Process {
	t.Helper()
	p, err := app.NewProcess(t.Context(), "test", cfg, &stand.Log{}, services...)
	must(t, err)
	return p
}

// start runs the process until stop, which returns how it ended.
func start(t *testing.T, p *app.Process, runners ...app.Runner) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, runners...) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

func serving(base *app.Base, runners ...app.Runner) app.Runner {
	return app.RunnerFunc(func(ctx context.Context) error { return base.Run(ctx, nobody{}, runners...) })
}

// nobody is a directory without members.
type nobody struct{}

func (nobody) Authorities(context.Context) ([]authn.MemberAuthority, error) { return nil, nil }

// handlers answer by the name that is asked for.
type handlers struct {
	registryv1.UnimplementedMemberServiceServer

	entered chan struct{} // told of each call for members/slow, which then waits for release
	release chan struct{}
	cut     chan error // how such a call ended that was not released
}

func newHandlers() *handlers {
	return &handlers{entered: make(chan struct{}, 1), release: make(chan struct{}), cut: make(chan error, 1)}
}

func (h *handlers) GetMember(ctx context.Context, req *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
	switch req.GetName() {
	case "members/absent":
		return nil, apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "no such member").WithField("name")
	case "members/broken":
		return nil, errors.New("secret cause")
	case "members/panic":
		panic("secret state") //nolint:forbidigo // what the test is about
	case "members/slow":
		h.entered <- struct{}{}
		select {
		case <-h.release:
		case <-ctx.Done():
			h.cut <- ctx.Err()
			return nil, ctx.Err()
		}
	}
	return &registryv1.GetMemberResponse{Member: &registryv1.Member{Name: req.GetName(), DisplayName: authn.FromContext(ctx).Subject()}}, nil
}

func (h *handlers) ListMembers(_ context.Context, req *registryv1.ListMembersRequest) (*registryv1.ListMembersResponse, error) {
	page, _ := strconv.Atoi(req.GetPageToken())
	resp := &registryv1.ListMembersResponse{Members: []*registryv1.Member{{Name: "members/m" + strconv.Itoa(page), CaCertificates: "pem"}}}
	if page < 2 {
		resp.NextPageToken = strconv.Itoa(page + 1)
	}
	return resp, nil
}

func get(ctx context.Context, conn *grpc.ClientConn, name string) (*registryv1.Member, error) {
	resp, err := registryv1.NewMemberServiceClient(conn).GetMember(ctx, &registryv1.GetMemberRequest{Name: name}, grpc.WaitForReady(true))
	return resp.GetMember(), err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
