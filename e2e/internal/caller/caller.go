// Package caller calls the platform as a member's software does: gRPC with the published protos, and REST.
package caller

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// maxAnswer bounds an answer over gRPC; a report may be larger than gRPC's own limit.
const maxAnswer = 16 << 20

// Platform says where the platform is and whom to believe that it is the platform.
type Platform struct {
	// Gateway is the base URL of the REST API; Services are the addresses of the gRPC APIs.
	Gateway  string
	Services map[string]string
	// CAFile verifies the platform's servers, PEM.
	CAFile string
}

// Credentials prove a principal: by a certificate, by a token, or not at all.
type Credentials struct {
	Certificate *tls.Certificate
	Token       string
}

// Caller is one principal's clients of all APIs.
type Caller struct {
	REST *REST

	Members    registryv1.MemberServiceClient
	Passports  registryv1.PassportServiceClient
	Reports    registryv1.ReportServiceClient
	Vault      vaultv1.VaultServiceClient
	Ingest     ingestv1.IngestServiceClient
	Anchor     anchorv1.AnchorServiceClient
	Policies   accessv1.PolicyServiceClient
	Settlement settlementv1.SettlementServiceClient

	conns map[string]*grpc.ClientConn
}

// New connects a principal; its connections close with the test.
func New(t testing.TB, p Platform, c Credentials) *Caller {
	t.Helper()
	tlsConfig := clientTLS(t, p.CAFile, c.Certificate)
	a := &Caller{REST: newREST(t, p.Gateway, tlsConfig, c.Token), conns: map[string]*grpc.ClientConn{}}
	for service, address := range p.Services {
		opts := []grpc.DialOption{
			grpc.WithTransportCredentials(credentials.NewTLS(tlsConfig.Clone())),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
		}
		if c.Token != "" {
			opts = append(opts, grpc.WithUnaryInterceptor(bearer(c.Token)))
		}
		conn, err := grpc.NewClient(address, opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		a.conns[service] = conn
	}
	a.Members = registryv1.NewMemberServiceClient(a.conns["registry"])
	a.Passports = registryv1.NewPassportServiceClient(a.conns["registry"])
	a.Reports = registryv1.NewReportServiceClient(a.conns["registry"])
	a.Vault = vaultv1.NewVaultServiceClient(a.conns["vault"])
	a.Ingest = ingestv1.NewIngestServiceClient(a.conns["ingest"])
	a.Policies = accessv1.NewPolicyServiceClient(a.conns["access"])
	a.Anchor = anchorv1.NewAnchorServiceClient(a.conns["anchor"])
	a.Settlement = settlementv1.NewSettlementServiceClient(a.conns["settlement"])
	return a
}

// Conn is the connection to a service, for calls by reflection.
func (a *Caller) Conn(service string) (*grpc.ClientConn, error) {
	conn, ok := a.conns[service]
	if !ok {
		return nil, fmt.Errorf("caller: no address of the service %q", service)
	}
	return conn, nil
}

func bearer(token string) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		return invoke(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token), method, req, reply, cc, opts...)
	}
}

func clientTLS(t testing.TB, caFile string, certificate *tls.Certificate) *tls.Config {
	t.Helper()
	ca, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: x509.NewCertPool()}
	if !cfg.RootCAs.AppendCertsFromPEM(ca) {
		t.Fatalf("%s holds no certificate", caFile)
	}
	if certificate != nil {
		// Sent also to servers that do not list its authority among those they accept.
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return cfg
}
