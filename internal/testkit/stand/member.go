package stand

import (
	"context"
	"crypto/tls"
	"crypto/x509"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/testkit"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// Member is an organisation of a test, with an administrator called "admin".
type Member struct {
	// ID is unique in the test run, for example "garage-k3…".
	ID        string
	Class     registryv1.MemberClass
	Authority *pki.Authority
}

// Name is the member's resource name.
func (m *Member) Name() string { return "members/" + m.ID }

// Member admits an organisation: a certificate authority, an entry in the directory, and an administrator with all of the
// member's rights. Services see it with their next look at the directory: admit before Start.
func (s *Stand) Member(prefix string, class registryv1.MemberClass) *Member {
	s.t.Helper()
	m := &Member{ID: testkit.ID(prefix), Class: class}
	var err error
	m.Authority, err = pki.NewAuthority(m.ID)
	s.must(err)
	s.relate(
		relations.Relation{Namespace: "Member", Object: m.ID, Name: "administrators", Subject: m.ID + "/admin"},
		relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: m.ID + "/admin"},
	)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members = append(s.members, m)
	return m
}

// Relate makes relations hold.
func (s *Stand) Relate(rs ...relations.Relation) { s.relate(rs...) }

// Dial connects to the service under test as a principal of m.
func (s *Stand) Dial(m *Member, principal string) *grpc.ClientConn {
	s.t.Helper()
	pair, err := m.Authority.Issue(pki.Leaf{CommonName: principal})
	s.must(err)
	return s.dial(pair)
}

// DialService connects to the service under test as another service of the platform.
func (s *Stand) DialService(service string) *grpc.ClientConn {
	s.t.Helper()
	return s.dial(s.issue(pki.Leaf{CommonName: service}))
}

// DialAnonymous connects without a certificate.
func (s *Stand) DialAnonymous() *grpc.ClientConn {
	s.t.Helper()
	return s.dialTLS(tls.Certificate{})
}

func (s *Stand) dial(pair pki.Pair) *grpc.ClientConn {
	s.t.Helper()
	cert, err := pair.TLS()
	s.must(err)
	return s.dialTLS(cert)
}

func (s *Stand) dialTLS(cert tls.Certificate) *grpc.ClientConn {
	s.t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.platform.Certificate())
	conn, err := rpc.Dial(s.config.Listen, rpc.ClientConfig{Certificate: cert, ServerCA: roots})
	s.must(err)
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// registerDirectory serves the members of the stand as the registry would.
func (s *Stand) registerDirectory(server *grpc.Server) {
	registryv1.RegisterMemberServiceServer(server, directory{stand: s})
}

type directory struct {
	registryv1.UnimplementedMemberServiceServer
	stand *Stand
}

func (d directory) ListMembers(context.Context, *registryv1.ListMembersRequest) (*registryv1.ListMembersResponse, error) {
	d.stand.mu.Lock()
	defer d.stand.mu.Unlock()
	resp := &registryv1.ListMembersResponse{}
	for _, m := range d.stand.members {
		resp.Members = append(resp.Members, &registryv1.Member{
			Name: m.Name(), DisplayName: m.ID, MemberClass: m.Class,
			CaCertificates: string(m.Authority.Certificate()), State: registryv1.MemberState_MEMBER_STATE_ACTIVE,
		})
	}
	return resp, nil
}
